"""From an operation and a choice of images to a Proposal: what would change, before anything is written."""

from __future__ import annotations

from sdtui.edits.bulk.proposing import propose

__all__ = ["propose"]
