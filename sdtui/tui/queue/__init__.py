"""The runs that wait for their card, and those that have one."""
