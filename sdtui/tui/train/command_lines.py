"""A command line for people: each option with its value kept together, wrapped, coloured."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from sdtui.base.text import safe
from sdtui.tui.widgets.lines import Line, Span

INDENT = 2
_LAUNCHER = 3
"""Words that start the launcher: python -m accelerate.commands.launch."""


def command_lines(command: Sequence[str], width: int) -> list[Line]:
    """``command`` in lines of ``width`` cells; every line but the first is indented."""
    lines: list[list[Span]] = []
    used = width
    for piece in _pieces(command):
        length = sum(cell_len(text) for text, _ in piece)
        if lines and used + 1 + length <= width:
            lines[-1] += [(" ", "plain"), *piece]
            used += 1 + length
            continue
        indent = INDENT if lines else 0
        folded = _fold(piece, width - indent)
        lines += [[(" " * indent, "plain"), *part] for part in folded]
        used = indent + sum(cell_len(text) for text, _ in folded[-1])
    return list(lines)


def _pieces(command: Sequence[str]) -> list[list[Span]]:
    """Options with their values. The launcher is dim, what it launches is not."""
    pieces: list[list[Span]] = []
    for index, word in enumerate(command):
        before = command[index - 1] if index else ""
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            pieces.append([(safe(name), "accent"), (safe(equals + value), "plain")])
        elif before == "-m":
            pieces[-1].append((f" {safe(word)}", "dim" if index < _LAUNCHER else "strong"))
        elif word.endswith(".py"):
            pieces.append([(safe(word), "strong")])
        elif index == 0 or word == "-m":
            pieces.append([(safe(word), "dim")])
        else:
            pieces[-1].append((f" {safe(word)}", "plain"))
    return pieces


def _fold(piece: list[Span], width: int) -> list[list[Span]]:
    """A piece in as many lines as it needs: broken between words, and in a word only where a line does not hold it."""
    lines: list[list[Span]] = [[]]
    room = width
    for text, role in piece:
        if cell_len(text) > room and lines[-1] and cell_len(text.strip()) <= width:
            lines.append([])
            room, text = width, text.strip()
        while text:
            taken = _prefix(text, room) or (text[:1] if room == width else "")
            if taken:
                lines[-1].append((taken, role))
                room -= cell_len(taken)
                text = text[len(taken) :]
            if text:
                lines.append([])
                room = width
    return lines


def _prefix(text: str, room: int) -> str:
    used = 0
    for index, char in enumerate(text):
        used += cell_len(char)
        if used > room:
            return text[:index]
    return text
