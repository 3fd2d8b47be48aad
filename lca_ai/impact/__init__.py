"""Life cycle impact assessment: the product system through Brightway to characterised impacts."""
