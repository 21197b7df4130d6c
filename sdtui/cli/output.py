"""What every command shares: one JSON document, sentences on stderr, a progress line, and asking before a write."""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import math
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from sdtui.base.errors import NeedsConsentError
from sdtui.base.text import count, safe, safe_json, safe_lines
from sdtui.base.work import Progress, Work, finish

T = TypeVar("T")


NO_SCREEN = ("", "dumb", "unknown")
"""Values of TERM that promise nothing but lines."""


def prepare_streams() -> None:
    """Let the three streams carry whatever is written, in any locale, also where one of them was closed.

    A locale that promises nothing but ASCII is taken for UTF-8, as Python itself takes the C locale; what any other
    cannot hold becomes a question mark.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 (open for as long as the program runs)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            is_ascii = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding="utf-8" if is_ascii else None, errors="replace")


def print_json(document: Mapping[str, Any] | Sequence[Any]) -> None:
    """One JSON document on stdout, as people can read it, UTF-8."""
    _write(_json(document, indent=2) + "\n")


def print_json_line(document: Mapping[str, Any]) -> None:
    """One line of JSON Lines on stdout, at once."""
    _write(_json(document) + "\n")
    sys.stdout.flush()


def _json(document: Any, indent: int | None = None) -> str:
    """What is no number (a config may say ``nan``) as null: JSON has no word for it."""
    try:
        return json.dumps(document, ensure_ascii=False, indent=indent, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(document), ensure_ascii=False, indent=indent)


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write(text: str) -> None:
    # A file name that is not UTF-8 arrives as lone surrogates, which JSON may carry as \udcXX but UTF-8 may not.
    sys.stdout.buffer.write(safe_json(text).encode("utf-8"))
    sys.stdout.buffer.flush()


@contextmanager
def also_unread() -> Iterator[None]:
    """Within it a reader that goes away (``| head``) ends nothing: what was asked for is done, and told to nobody."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def narrate(sentence: str) -> None:
    """A sentence for the person, on stderr, whatever names stand in it."""
    click.echo(safe_lines(sentence), err=True)


def run_work(work: Work[T]) -> T:
    """Drive ``work`` to its end, with a progress line where stderr is a terminal that can take a line back."""
    with _taken_back() as shown:
        return finish(work, _show_progress if shown else None)


@contextlib.contextmanager
def progress_line(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Takes (done, total) of ``what`` and shows it as ``run_work`` does; None where nothing can be shown."""
    with _taken_back() as shown:
        yield (lambda done, total: _show_progress(Progress(done, total, what))) if shown else None


@contextlib.contextmanager
def _taken_back() -> Iterator[bool]:
    """Whether a line can be shown and taken back; it is, in the end."""
    shown = sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in NO_SCREEN
    try:
        yield shown
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _show_progress(progress: Progress) -> None:
    of = f"/{count(progress.total)}" if progress.total is not None else ""
    line = safe(f"{count(progress.done)}{of} {progress.what}")
    sys.stderr.write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
    sys.stderr.flush()


def require_consent(question: str, *, yes: bool) -> bool:
    """True when the person agrees, by ``--yes`` or at the terminal. Raises NeedsConsentError where nobody can be."""
    if yes:
        return True
    if not can_ask():
        raise NeedsConsentError(
            "Nothing was written, because nobody could be asked",
            remedy="Say --yes to apply, or --dry-run to only look.",
        )
    return click.confirm(safe(question), default=False, err=True)


def can_ask() -> bool:
    """Whether somebody sits at a terminal who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()
