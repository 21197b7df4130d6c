"""Runs that wait for their card, and what starts them."""
