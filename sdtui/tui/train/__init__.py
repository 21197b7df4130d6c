"""The Train screen: what a run is asked to do, the command that does it, and what it will cost."""
