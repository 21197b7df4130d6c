"""The console of a run, however long it is."""
