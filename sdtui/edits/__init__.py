"""Floor 4: everything that makes Plans: captions, repeats, exports."""
