"""Runs that sdtui did not start."""
