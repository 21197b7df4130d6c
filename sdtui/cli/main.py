"""``sdtui``: finds the command, runs it, and turns errors into sentences and exit codes."""

from __future__ import annotations

import importlib
import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from sdtui import __version__
from sdtui.base.errors import SdtuiError
from sdtui.cli.groups import NearestGroup
from sdtui.cli.output import narrate, prepare_streams

COMMANDS = {
    "open": "Open a project full screen.",
    "demo": "Make a demo dataset, train a small model on it, and watch.",
    "scan": "Say what the trainer would read from a dataset.",
    "check": "Say what the trainer would stop at, and mend it.",
    "captions": "List and edit captions.",
    "tags": "Count the tags of captions.",
    "marks": "Mark images as reviewed, flagged or starred.",
    "filters": "Save filters under names.",
    "images": "Throw images away, move and copy them.",
    "trigger": "Audit the trigger word.",
    "quality": "Put tiers of quality into captions and repeats.",
    "tokens": "Count the CLIP tokens of captions.",
    "steps": "Count the buckets, batches and steps of a training.",
    "buckets": "Say which bucket each image goes to, and what is cut of it.",
    "repeats": "Change how often subsets repeat.",
    "subsets": "Make and rename subsets, and mark regularization.",
    "config": "Write and check the dataset config that the trainer reads.",
    "metadata": "Write and check the metadata JSON of a full fine-tune.",
    "prompts": "Say what the trainer will sample.",
    "settings": "Take over settings of other programs, or write them for the trainer.",
    "train": "Start a training run.",
    "runs": "List, show, follow and stop runs.",
}
"""Each name is a module of this folder that holds a click command called ``command``; imported only when it is used."""


class ReaderGone(Exception):
    """Whoever read our output went away, as ``| head`` does."""


@contextmanager
def _unless_reader_gone() -> Iterator[None]:
    # click would make it exit status 1, which says that something was found.
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGone from error


class LazyGroup(NearestGroup):
    """Commands whose modules are imported when they are needed, so that ``sdtui tokens`` stays quick."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _unless_reader_gone():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _unless_reader_gone():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"sdtui.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def instead(self, ctx: click.Context, name: str) -> str:
        if Path(name).exists():
            return f"To look at it: sdtui open {name}"
        return super().instead(ctx, name)

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
    """The console script. Exit status: 0 fine, 1 findings, 2 usage, 3 could not, 130 interrupted."""
    prepare_streams()
    try:
        status = _run()
    except (ReaderGone, BrokenPipeError):
        for stream in (sys.stdout, sys.stderr):
            # What Python would still flush must not raise again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        status = 0
    sys.exit(status)


def _run() -> int:
    """The exit status of what the command line asks for; errors are told."""
    try:
        status = cli.main(standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        # A second Ctrl+C, while threads and files are closed, ends the program without a traceback.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        return 130
    except click.ClickException as error:
        told = io.StringIO()
        error.show(told)
        narrate(told.getvalue().rstrip().expandtabs(4))
        return error.exit_code
    except SdtuiError as error:
        narrate(f"sdtui: {error.sentence()}")
        return error.exit_code
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        narrate(f"sdtui: {_from_system(error).sentence()}")
        return SdtuiError.exit_code
    return status if isinstance(status, int) else 0


def _from_system(error: OSError) -> SdtuiError:
    """What nobody nearer to it could explain: standard output on a full disk, a folder that went away."""
    from sdtui.base.files import explain

    what, remedy = explain(error)
    return SdtuiError(what, path=error.filename, remedy=remedy)
