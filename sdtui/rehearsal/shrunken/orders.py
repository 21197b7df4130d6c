"""What the rehearsal is asked to do (its command line), and what it says of itself (a JSON file)."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Orders:
    """The words before ``--``; after it stand the script and its arguments, as they would be without a rehearsal."""

    kind: str
    """The model that the script trains: ``sd``, ``sd2`` or ``sdxl``."""
    models: Path
    """The folder that shrunken models and tokenizers are kept in."""
    vocabulary: Path
    """CLIP's merges as OpenAI distributes them (bpe_simple_vocab_16e6.txt.gz)."""
    scratch: Path
    """A folder for what the script writes."""
    report: Path
    """Where the Report is to stand."""
    steps: int
    seconds: float
    """How long images may be read, and how long captions may be encoded."""
    script: Path
    words: tuple[str, ...]


def read_orders(words: Sequence[str]) -> Orders:
    """The orders of a command line; exits with status 2 where it is none."""
    parser = argparse.ArgumentParser(prog="shrunken")
    parser.add_argument("--kind", choices=("sd", "sd2", "sdxl"), required=True)
    for name in ("models", "vocabulary", "scratch", "report"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10.0)
    cut = list(words).index("--")
    given = parser.parse_args(list(words[:cut]))
    return Orders(**vars(given), script=Path(words[cut + 1]), words=tuple(words[cut + 2 :]))


@dataclass
class Report:
    """What was proven, written anew whenever it grows."""

    path: Path
    stage: str = "preparing"
    """How far it came: preparing, started (the script has the word), read (its arguments), ready (its dataset)."""
    images: int = 0
    """Images of the dataset, each once."""
    images_read: int = 0
    captions_encoded: int = 0
    """Captions whose text encoder outputs were cached, of ``images``; 0 where the settings ask for no such cache."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Arguments that were given and did not count, with what they were."""

    def reach(self, stage: str) -> None:
        """Write down that it came to ``stage``."""
        self.stage = stage
        self.save()

    def save(self) -> None:
        """Write it down."""
        said = {key: value for key, value in vars(self).items() if key != "path"}
        self.path.write_text(json.dumps(said), "utf-8")
