"""Interpretation: what drives a result, and whether it holds."""
