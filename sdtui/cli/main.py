"""``sdtui``: finds the command, runs it, and turns errors into sentences and exit codes."""

from __future__ import annotations

import importlib
import os
import sys

import click

from sdtui import __version__
from sdtui.base.errors import SdtuiError

COMMANDS = {
    "open": "Open a project full screen.",
    "demo": "Make a demo dataset, train a small model on it, and watch.",
    "scan": "Say what the trainer would read from a dataset.",
    "tokens": "Count the CLIP tokens of captions.",
    "repeats": "Change how often subsets repeat.",
    "config": "Write the dataset config that the trainer reads.",
    "train": "Start a training run.",
    "runs": "List, show, follow and stop runs.",
}
"""Each name is a module of this folder that holds a click command called ``command``; imported only when it is used."""


class LazyGroup(click.Group):
    """Commands whose modules are imported when they are needed, so that ``sdtui tokens`` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"sdtui.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sdtui")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Manage a Stable Diffusion training dataset and run sd-scripts on it.

    Without a command, the full-screen program opens and asks for a folder.
    """
    if ctx.invoked_subcommand is None:
        from sdtui.cli.open import open_screen

        open_screen(None)


def main() -> None:
    """The console script. Exit status: 0 fine, 1 findings, 2 usage, 3 could not."""
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        status = 130
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except SdtuiError as error:
        print(f"sdtui: {error.sentence()}", file=sys.stderr)
        status = error.exit_code
    except BrokenPipeError:
        # Whoever read our output went away (`| head`); what Python would still flush must not raise again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status if isinstance(status, int) else 0)
