"""Callbacks for the libraries that people train with: thin, and each alone imports its library."""
