"""A group of commands that names the nearest one when it is asked for one that does not exist."""

from __future__ import annotations

from difflib import get_close_matches

import click


class NearestGroup(click.Group):
    """As click's own group, whatever its version."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name in self.list_commands(ctx) or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        raise click.UsageError(f"There is no command {name!r}. {self.instead(ctx, name)}", ctx)

    def instead(self, ctx: click.Context, name: str) -> str:
        """What to do about a command that does not exist."""
        names = self.list_commands(ctx)
        near = get_close_matches(name, names, 1)
        return f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(names)}."
