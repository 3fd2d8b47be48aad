"""Goal and scope: what is assessed. Frozen models that hold and check, and compute nothing."""
