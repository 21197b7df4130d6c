"""Floor 8: the command line: one thin file a noun; stdout is data, stderr is narration."""
