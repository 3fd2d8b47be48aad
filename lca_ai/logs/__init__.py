"""Measured power in: readers of log files, and the integral from samples to energy."""
