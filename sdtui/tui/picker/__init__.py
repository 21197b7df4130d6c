"""Which folder or TOML to open."""
