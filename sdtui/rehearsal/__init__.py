"""Floor 5: a small real diffusion trainer with sd-scripts' arguments and outputs. Its own process; imports torch."""
