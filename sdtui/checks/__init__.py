"""Findings about a config, a dataset, a run to be, and this machine."""
