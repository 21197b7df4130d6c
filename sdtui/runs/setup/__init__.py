"""Before a run: what it is called, reads and is started with."""
