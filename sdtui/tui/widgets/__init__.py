"""Widgets of our own, used by more than one screen. What they show has gone through ``base.text``."""
