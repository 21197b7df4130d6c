"""Review: one picture large, its caption, what the trainer makes of it; through all of them by keys."""
