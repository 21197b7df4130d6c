"""Floor 5: makes and prepares images: the demo dataset."""
