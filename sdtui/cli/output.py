"""What every command shares: one JSON document, sentences on stderr, a progress line, and asking before a write."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import click

from sdtui.base.errors import NeedsConsentError
from sdtui.base.text import count
from sdtui.base.work import Progress, Work, finish

T = TypeVar("T")


def print_json(document: Mapping[str, Any] | Sequence[Any]) -> None:
    """One JSON document on stdout, as people can read it, UTF-8."""
    _write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def print_json_line(document: Mapping[str, Any]) -> None:
    """One line of JSON Lines on stdout, at once."""
    _write(json.dumps(document, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _write(text: str) -> None:
    # A file name that is not UTF-8 arrives as lone surrogates, which JSON may carry as \udcXX but UTF-8 may not.
    sys.stdout.buffer.write(text.encode("utf-8", errors="backslashreplace"))
    sys.stdout.buffer.flush()


def narrate(sentence: str) -> None:
    """A sentence for the person, on stderr."""
    click.echo(sentence, err=True)


def run_work(work: Work[T]) -> T:
    """Drive ``work`` to its end, with a progress line where stderr is a terminal."""
    if not sys.stderr.isatty():
        return finish(work)
    try:
        return finish(work, _show_progress)
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _show_progress(progress: Progress) -> None:
    of = f"/{count(progress.total)}" if progress.total is not None else ""
    sys.stderr.write(f"\r\x1b[K{count(progress.done)}{of} {progress.what}")
    sys.stderr.flush()


def require_consent(question: str, *, yes: bool) -> bool:
    """True when the person agrees, by ``--yes`` or at the terminal. Raises NeedsConsentError where nobody can be."""
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise NeedsConsentError(
            "Nothing was written, because nobody could be asked",
            remedy="Say --yes to apply, or --dry-run to only look.",
        )
    return click.confirm(question, default=False, err=True)
