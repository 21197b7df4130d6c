"""Floor 5: a training run: launched, supervised, recorded, followed."""
