"""An option that takes several words after one flag: ``--fix A B``."""

from __future__ import annotations

from collections import deque

import click


class ManyFixes(click.Command):
    """Reads ``--fix A B`` as ``--fix A --fix B``, wherever the one place that the command needs is written."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click, after each code was given a flag of its own."""
        return super().parse_args(ctx, _spelled_out("--fix", args, self._taking()))

    def _taking(self) -> set[str]:
        """The options that are followed by a value."""
        options = (one for one in self.params if isinstance(one, click.Option))
        return {name for one in options if not one.is_flag for name in one.opts}


def _spelled_out(flag: str, args: list[str], taking: set[str]) -> list[str]:
    """``args`` with ``flag`` before each of its words. Where no place stands elsewhere, the last of them is it."""
    rest = deque(args)
    spelled: list[str] = []
    placed, last = False, None
    while rest:
        word = rest.popleft()
        spelled.append(word)
        if word == "--":
            placed = placed or bool(rest)
            spelled += rest
            break
        if word in taking and rest:
            spelled.append(rest.popleft())
        elif not word.startswith("-"):
            placed = True
        if word == flag:
            while rest and not rest[0].startswith("-"):
                last = len(spelled)
                spelled += [flag, rest.popleft()]
    if not placed and last is not None:
        del spelled[last]
    return spelled
