"""The Monitor screen: one run, followed while it goes on and read when it has ended."""
