"""Training settings of other programs, read into sdtui's: nothing is dropped without being named."""
