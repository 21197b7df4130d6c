"""Asks sd-scripts what it reads in prompt files: ``python make_prompts.py SD_SCRIPTS``, in its environment.

Writes ``prompt_lines.json`` (a line, and the dictionary that line_to_prompt_dict makes of it) and ``prompt_files.json``
(a name, the file's text, and what load_prompts gives; null where it raises).
"""

from __future__ import annotations

import json
import logging
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), sys.argv[1]]
os.environ |= {"TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1"}
logging.disable(logging.CRITICAL)

from operators import declare_missing_operators  # noqa: E402 -- this script runs where the trainer runs

declare_missing_operators()

from library import train_util  # noqa: E402

FLAGS = (
    "w",
    "h",
    "d",
    "s",
    "l",
    "g",
    "n",
    "ss",
    "cn",
    "ctr",
    "rcfg",
    "fs",
    "W",
    "SS",
    "am",
    "on",
    "i",
    "",
    "seed",
    "x",
)
VALUES = (
    "512", "832", "1e3", "7.5", "-1", "0", "5000", "1.2.3", ".5", ".", "٣", "²", "nan", "inf", "1_000", "word, word",
    "euler_a", "k_dpm_2", "a b", "", " 64", "64 ", "64px", "512--h", "--w", "18446744073709551616", "9" * 30, "\t4",
    "a.png", "(x:1.2)", "0x10", "+5", "1,5",
)  # fmt: skip
PROMPTS = (
    "a cat", "1girl, solo", "n cat", "d 5", "s 20 years", "l 1girl", "w 5", "g .5 x", "ss x", "", " ", "#x", "cn a.png",
    "a--w 5", "--n x", "-- n x", "学習", "(a:1.2), b", "a\u2028b", "a\u00a0b", "N Cat", "fs 3", "ctr x", "ctr 2",
)  # fmt: skip
ENDS = ("\n", "\r\n", "\r", "\n\n", "\n \n", "\n\u2028\n", "\x0c\n", "\x85\n", "\x1c\n")
TOMLS = (
    '[prompt]\nwidth = 512\n[[prompt.subset]]\nprompt = "a"\n[[prompt.subset]]\nprompt = "b"\nseed = 4\n',
    '[prompt]\nwidth = 1\n[[prompt.subset]]\nwidth = 2\nprompt = "a"\n',
    '[prompt]\nsubset = [{prompt = "a"}, {prompt = "b, c", width = 3}]\n',
    '[[prompt.subset]]\nprompt = "a"\n[prompt]\nwidth = 3\n',
    'prompt.width = 3\n[[prompt.subset]]\nprompt = "a"\n',
    '[prompt]\nscale = 7\r\n[[prompt.subset]]\r\nprompt = \'a \\ b\'\r\nsubset = 3\r\n',
    '[prompt]\n[[prompt.subset]]\nprompt = "a" # word\nnegative_prompt = """x\ny"""\nwidths = 3\nscale = 7.5\n',
    "[prompt]\n", "[prompt]\nsubset = []\n", "[other]\n", "", "\ufeff[prompt]\n", "[prompt\n", "prompt = 3\n",
    '[prompt]\nwidth = 3\r[[prompt.subset]]\rprompt = "a"\r', '[prompt]\nsubset = ["a"]\n',
    '[prompt]\n[prompt.subset]\nprompt = "a"\n', '[[prompt]]\nprompt = "a"\n',
    '[prompt]\nseed = -1\n[[prompt.subset]]\nprompt = "\\u00e9 \\"q\\" 🙂"\nsample_steps = 9\n[[prompt.subset]]\n',
)  # fmt: skip
JSONS = (
    '["a --w 64", {"prompt": "b", "width": 3, "seed": null, "subset": 4}]', "[]", "{}", "[1]", '["a\\nb --n x\\ny"]',
    '[{"prompt": "a", "prompt": "b"}]', "[1", "", "\ufeff[]", '[" a --n b ", "#c", ""]', "null", '"a --w 4"', "[[]]",
    '[{"prompt": "\\ud83d\\ude42 é", "scale": 7.50, "guidance_scale": NaN}]', '[\r\n\t"x",\r\n {}\r\n]\r\n',
)  # fmt: skip


def line(rnd: random.Random) -> str:
    prompt = rnd.choice(PROMPTS)
    parts = [f"{rnd.choice(FLAGS)}{rnd.choice((' ', '  '))}{rnd.choice(VALUES)}" for _ in range(rnd.randrange(7))]
    parts.insert(0, prompt)
    return rnd.choice((" --",) * 9 + (" -- ", "--", "  --")).join(parts)


def save(name: str, rows: list[Any]) -> None:
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    (HERE / name).write_text(f"[\n{lines}\n]\n", "utf-8")


def loaded(name: str, text: str) -> list[dict[str, Any]] | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text.encode("utf-8"))
        try:
            return train_util.load_prompts(str(path))
        except (Exception, AssertionError):  # whatever it is, the run ends
            return None


def main() -> None:
    rnd = random.Random(11)
    lines = [line(rnd) for _ in range(700)]
    save("prompt_lines.json", [[text, train_util.line_to_prompt_dict(text)] for text in lines])
    files = []
    for _ in range(120):
        texts = [rnd.choice(("", "", " ", "\t", "#", "# ", "\ufeff")) + line(rnd) for _ in range(rnd.randrange(6))]
        text = "".join(each + rnd.choice(ENDS) for each in texts)
        files.append(("p.txt", text if rnd.random() < 0.7 else text.rstrip()))
    files += [("p.toml", text) for text in TOMLS] + [("p.json", text) for text in JSONS]
    files += [("p.TXT", "a"), ("p.md", "a"), (".txt", "a --w 64")]
    save("prompt_files.json", [[name, text, loaded(name, text)] for name, text in files])


if __name__ == "__main__":
    main()
