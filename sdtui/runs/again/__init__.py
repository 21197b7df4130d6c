"""A run once more: from a saved state, or from its beginning with changes."""
