"""``sdtui runs open``: a run that sdtui did not start."""

from __future__ import annotations

from pathlib import Path

import click

from sdtui.cli.output import print_json
from sdtui.cli.run_place import json_option

_PATH = click.Path(path_type=Path)


@click.command("open")
@click.option("--log", metavar="FILE", type=_PATH, help="What the trainer printed: tee'd, nohup.out, copied.")
@click.option("--logging-dir", metavar="DIR", type=_PATH, help="Where its TensorBoard files are.")
@click.option("--output-dir", metavar="DIR", type=_PATH, help="Where its checkpoints and samples are.")
@json_option
def open_command(log: Path | None, logging_dir: Path | None, output_dir: Path | None, as_json: bool) -> None:
    """Open a run that sdtui did not start, in the same Monitor.

    A colleague's, one of kohya_ss' GUI, one of a notebook: give any of the three; what a log or a visible process says
    about the others is found. Of several runs in one log or folder, the newest counts. Nothing is written.

    With --json it is not opened: its record is printed, as `sdtui runs show` prints one.
    """
    from sdtui.cli.open import open_screen
    from sdtui.cli.run_text import document
    from sdtui.runs.others.foreign import foreign_follower
    from sdtui.runs.others.places import places

    found = places(log, logging_dir, output_dir)
    if as_json:
        print_json(document(foreign_follower(found).poll()))
    else:
        open_screen(None, foreign=found)
