"""``sdtui tokens``: count the CLIP tokens of captions, in files or in lines of standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISFIFO, S_ISREG

import click

from sdtui.base.errors import SdtuiError, UnreadableError
from sdtui.base.files import read_bytes
from sdtui.base.os_errors import read_error
from sdtui.base.text import plural, safe
from sdtui.cli.output import narrate, print_json_line
from sdtui.tokens.encoder import encode
from sdtui.tokens.encoding import LIMITS, Encoding, Mode
from sdtui.trainer.captions import read_caption

_EXCERPT = 40


@dataclass(frozen=True, slots=True)
class Caption:
    """``text`` as the trainer reads it; ``offset`` code points before it in what it was read from are white space."""

    source: str
    text: str
    offset: int = 0


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE... | -")
@click.option(
    "--limit",
    type=click.Choice([str(limit) for limit in LIMITS]),
    default=str(LIMITS[0]),
    show_default=True,
    help="The trainer's --max_token_length; 75 when it is not set.",
)
@click.option(
    "--mode",
    type=click.Choice(["ftfy", "plain"]),
    default="ftfy",
    show_default=True,
    help="How the trainer cleans text: ftfy with transformers up to 4.x, plain from 5 on.",
)
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each caption.")
def command(files: tuple[str, ...], limit: str, mode: Mode, as_json: bool) -> int:
    """Count the CLIP tokens of captions.

    Each FILE is one caption, of which the trainer reads the first line; with - each line of standard input is one.
    """
    shown = over = unread = 0
    for caption in _captions(files):
        if isinstance(caption, SdtuiError):
            narrate(f"sdtui: {safe(caption.sentence())}")
            unread += 1
            continue
        encoding = encode(caption.text, mode)
        shown += 1
        over += encoding.over(int(limit))
        if as_json:
            print_json_line(_document(caption, encoding, int(limit)))
        else:
            click.echo(_line(caption, encoding, int(limit)))
    if not as_json and shown > 1:
        narrate(f"{over:,} of {plural(shown, 'caption')} over {limit} tokens.")
    return UnreadableError.exit_code if unread else 0


def _captions(files: tuple[str, ...]) -> Iterator[Caption | SdtuiError]:
    for file in files:
        if file == "-":
            for number, line in enumerate(sys.stdin.buffer, 1):
                yield _from_line(line, number)
        else:
            yield _from_file(Path(file))


def _from_line(line: bytes, number: int) -> Caption | SdtuiError:
    source = f"-:{number}"
    try:
        return Caption(source, line.decode("utf-8").removesuffix("\n"))
    except UnicodeDecodeError:
        return UnreadableError(
            "This line is not UTF-8", path=source, remedy="Convert it first, for example with iconv."
        )


def _from_file(path: Path) -> Caption | SdtuiError:
    try:
        kind = path.stat().st_mode
        if S_ISDIR(kind):
            remedy = "Name its files, as in FOLDER/*.txt."
            return UnreadableError("This is a folder, not a caption", path=path, remedy=remedy)
        if not S_ISREG(kind) and not (S_ISFIFO(kind) and _is_shells_pipe(path)):
            remedy = "Give its lines to sdtui tokens -."
            return UnreadableError("This is a pipe or a device, which may never end", path=path, remedy=remedy)
        data = read_bytes(path) if S_ISREG(kind) else path.read_bytes()
    except OSError as error:
        return read_error(error, path)
    except SdtuiError as error:
        return error
    reading = read_caption(data)
    if reading.text is None:
        return UnreadableError(reading.problem or "", path=path, remedy="Write a caption into it as UTF-8 text.")
    return Caption(str(path), reading.text, data.decode("utf-8").index(reading.text))


def _is_shells_pipe(path: Path) -> bool:
    """``<(command)``: a pipe without a name, whose writer is at work. One with a name may have no writer at all."""
    return not path.resolve().exists()


def _document(caption: Caption, encoding: Encoding, limit: int) -> dict[str, object]:
    cut = encoding.cut(limit)
    return {
        "source": caption.source,
        "tokens": encoding.count,
        "limit": limit,
        "over": encoding.over(limit),
        "cut": cut + caption.offset if cut is not None else None,
        "windows": encoding.windows,
    }


def _line(caption: Caption, encoding: Encoding, limit: int) -> str:
    cut = encoding.cut(limit)
    mark = " " if cut is None else "▲"
    line = f"{mark}{encoding.count:>4}/{limit} tok  {safe(caption.source)}"
    if cut is None:
        return line
    rest = caption.text[cut:].strip()
    excerpt = rest if len(rest) <= _EXCERPT else f"{rest[:_EXCERPT]}…"
    return f"{line}  {encoding.count - limit} cut from “{safe(excerpt)}”"
