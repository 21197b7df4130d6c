"""Bulk edits: which operation, with what, on which captions."""
