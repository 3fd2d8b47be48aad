"""Live measurement: what a machine draws while it works, written to a log as it goes."""
