"""What each script of sd-scripts refuses, one subject a module."""
