"""Floor 7: the screen. The only room that imports textual."""
