"""Floor 1: what every other room stands on. Knows nothing of datasets, trainers or screens."""
