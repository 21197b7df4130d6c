"""Tags that what is being typed may become, from the project's own captions and from the person's tag file."""
