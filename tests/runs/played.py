"""``python played.py ARGUMENTS``: what a fake sd-scripts launches. It does the words that stand in ``NAME.words``.

NAME is the run's output_name; the file stands in the working folder, as do the named pipes that the words meet at.
"""

from __future__ import annotations

import sys
from pathlib import Path

from child import act

if __name__ == "__main__":
    name = sys.argv[sys.argv.index("--output_name") + 1]
    for word in Path(f"{name}.words").read_text("utf-8").splitlines():
        act(word)
