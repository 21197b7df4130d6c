"""Runs that have ended: noted, compared, deleted."""
