"""The line that a filter is typed into, the same in every mode."""
