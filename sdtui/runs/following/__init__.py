"""Looking at a run: what it says of itself, over all its parts. Only reads."""
