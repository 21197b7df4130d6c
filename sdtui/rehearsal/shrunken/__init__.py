"""Runs a script of sd-scripts on a shrunken model with random weights, for two steps.

This folder is run by the trainer's own Python, which has no sdtui: it imports the standard library, what the trainer
needs itself (torch, transformers, diffusers), the trainer, and nothing else. ``run.py`` is the door.
"""
