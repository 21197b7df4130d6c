"""The config editor: every key of a dataset config, what it means, what holds, and where that comes from."""
