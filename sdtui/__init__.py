"""sdtui: manage a Stable Diffusion training dataset, and run sd-scripts on it, from a terminal."""

__version__ = "0.1.0"
