"""A run tried beforehand with the trainer itself, on a tiny model."""
