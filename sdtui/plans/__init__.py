"""Floor 2: a Plan is a list of changes with what stood there before; the journal is the only writer of users' files."""
