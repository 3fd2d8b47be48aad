"""Life cycle inventory: from energy and hardware to the amounts of activities, as pure functions."""
