"""Floor 3: Project, Subset, Sample: what the trainer will read, and what it will ignore."""
