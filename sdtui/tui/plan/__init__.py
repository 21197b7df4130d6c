"""The one screen on which an operation is looked at before anything is written."""
