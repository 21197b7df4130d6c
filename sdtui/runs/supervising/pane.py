"""``python -m sdtui.runs.supervising.pane DOOR RUN_FOLDER WORD...``: what runs in a tmux session of a run's own.

It starts the run's supervisor (the words) with the connection to whoever launched as its standard input and output, so
that the orders, which may hold secrets, touch neither the disk nor a command line. Then it shows the run's progress,
until the run or the session ends; the end of the session ends only the showing.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from sdtui.runs import store


def main(arguments: Sequence[str]) -> None:
    """Does not return: what shows the progress takes the place of this program. Raises OSError without a door."""
    door, folder, words = arguments[0], Path(arguments[1]), arguments[2:]
    with (
        socket.socket(socket.AF_UNIX) as connection,
        (folder / store.SUPERVISOR_LOG).open("ab") as log,
    ):
        connection.connect(door)
        subprocess.run(
            words,
            stdin=connection.fileno(),
            stdout=connection.fileno(),
            stderr=log,
            cwd="/",
            start_new_session=True,
            check=False,
        )
    project = folder.parent.parent.parent
    os.execv(sys.executable, [sys.executable, "-m", "sdtui", "runs", "follow", str(project), folder.name])


if __name__ == "__main__":
    main(sys.argv[1:])
