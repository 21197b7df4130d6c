"""Mending captions as a Plan, for each finding of ``checks.captions`` that can be mended."""

from __future__ import annotations

import codecs
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from posixpath import splitext

from sdtui.base.errors import UnreadableError, UsageError
from sdtui.base.files import read_bytes
from sdtui.base.text import plural
from sdtui.base.work import Progress, Work
from sdtui.checks.caption_names import unread_captions
from sdtui.checks.finding import Finding
from sdtui.checks.samples import samples_of
from sdtui.checks.throwing import thrown_away
from sdtui.checks.trigger import trigger_word
from sdtui.dataset.project import Project
from sdtui.edits.bulk import propose
from sdtui.edits.bulk.stale import StaleCaches
from sdtui.edits.config_place import with_place
from sdtui.edits.operations import CreateMissing, JoinLines, Operation
from sdtui.edits.proposal import Proposal
from sdtui.edits.trigger import propose as propose_trigger
from sdtui.plans.plan import Change, Move, Plan, Write

_MARKED = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Encodings that say so themselves; that of UTF-32 begins with that of UTF-16, so it is asked first."""


def _by(operation: Operation) -> Callable[[Project, Finding], Work[Proposal]]:
    def mend(project: Project, finding: Finding) -> Work[Proposal]:
        return (yield from propose(project, samples_of(project, finding), operation))

    return mend


def _triggered(project: Project, finding: Finding) -> Work[Proposal]:
    word = trigger_word(project)
    if word is None:
        raise UsageError("There is no trigger word any more", path=project.root)
    return (yield from propose_trigger(project, word, samples_of(project, finding)))


def _to_utf8(project: Project, finding: Finding) -> Work[Proposal]:
    """What a byte order mark tells the encoding of becomes UTF-8; any other guess could be wrong."""
    return (yield from _rewritten(project, finding, "convert captions to UTF-8", _decoded))


def _decoded(data: bytes) -> bytes:
    """Raises ValueError, whose text is a sentence, where nothing says for sure what the bytes mean."""
    encoding = next((name for mark, name in _MARKED if data.startswith(mark)), None)
    if encoding is None:
        raise ValueError("Nothing in it says which encoding it has; convert it to UTF-8, for example with iconv.")
    try:
        return data.decode(encoding).encode("utf-8") or b"\n"  # at a caption of 0 bytes the trainer stops
    except UnicodeError as error:
        raise ValueError(f"It begins as {encoding.upper()} and is not; convert it to UTF-8 by hand.") from error


def _first_line_up(project: Project, finding: Finding) -> Work[Proposal]:
    """The blank lines before the text go."""
    return (yield from _rewritten(project, finding, "take blank first lines out of captions", _from_text_on))


def _from_text_on(data: bytes) -> bytes:
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    lines = data[len(mark) :].splitlines(keepends=True)
    blank = next((at for at, line in enumerate(lines) if line.decode("utf-8").strip()), 0)
    return mark + b"".join(lines[blank:])


def _without_mark(project: Project, finding: Finding) -> Work[Proposal]:
    def unmarked(data: bytes) -> bytes:
        text = data.removeprefix(codecs.BOM_UTF8)
        return text or b"\n"

    return (yield from _rewritten(project, finding, "take byte order marks out of captions", unmarked))


def _rewritten(project: Project, finding: Finding, title: str, convert: Callable[[bytes], bytes]) -> Work[Proposal]:
    changes: list[Change] = []
    left_out: list[tuple[Path, str]] = []
    read = {one.caption_read_from: one for one in samples_of(project, finding) if one.caption_read_from is not None}
    for number, path in enumerate(read):
        if number % 100 == 0:
            yield Progress(number, len(read), "captions")
        try:
            data = read_bytes(path)
            after = convert(data)
        except UnreadableError as error:
            left_out.append((path, f"{error.what}."))
        except ValueError as error:
            left_out.append((path, str(error)))
        else:
            if after != data:
                changes.append(Write(path, data, after))
    written = {change.path for change in changes if isinstance(change, Write)}
    stale = StaleCaches().of(sample.path for path, sample in read.items() if path in written)
    return Proposal(title, Plan(title, tuple(changes)), stale=stale, left_out=tuple(left_out))


def _of_its_own(project: Project, finding: Finding) -> Work[Proposal]:
    """Each image that borrows a caption gets a file with the same bytes, to be changed by itself."""
    changes: list[Change] = []
    left_out: list[tuple[Path, str]] = []
    samples = samples_of(project, finding)
    yield Progress(0, len(samples), "captions")
    for sample in samples:
        try:
            data = read_bytes(sample.caption_read_from or sample.caption_path)
        except UnreadableError as error:
            left_out.append((sample.path, f"{error.what}."))
        else:
            changes.append(Write(sample.caption_path, None, data or b"\n"))
    title = f"give {plural(len(changes), 'image')} a caption of {'its' if len(changes) == 1 else 'their'} own"
    return Proposal(title, Plan(title, tuple(dict.fromkeys(changes))), left_out=tuple(left_out))


def _to_class_tokens(project: Project, finding: Finding) -> Work[Proposal]:
    """Captions without text go to the trash where class tokens are trained in their place."""
    files: list[Path] = []
    left_out: list[tuple[Path, str]] = []
    samples = samples_of(project, finding)
    yield Progress(0, len(samples), "captions")
    for sample in samples:
        subset = project.subset(sample.subset)
        if subset is not None and subset.class_tokens and sample.caption_path.is_file():
            files.append(sample.caption_path)
        else:
            left_out.append((sample.path, "Its subset has no class tokens to train instead: write it a caption."))
    title = f"throw {plural(len(files), 'caption')} without text away"
    thrown = thrown_away(project, files, title)
    stale = StaleCaches().of(sample.path for sample in samples if sample.caption_path in files)
    return replace(thrown, stale=stale, left_out=tuple(left_out))


def _without_image(project: Project, finding: Finding) -> Work[Proposal]:
    yield Progress(0, len(finding.files), "captions")
    return thrown_away(project, finding.files, f"throw {plural(len(finding.files), 'caption')} without an image away")


def _renamed(project: Project, finding: Finding) -> Work[Proposal]:
    """Each text gets the name of the image that it is meant for."""
    yield Progress(0, len(finding.files), "captions")
    about = {file for file in finding.files if file.is_file()}
    changes: list[Change] = []
    left_out: list[tuple[Path, str]] = []
    taken: set[Path] = set()
    for _, file, sample in unread_captions(project):
        if file not in about or sample is None:
            continue
        target = file.with_name(splitext(sample.name)[0] + file.suffix)
        if target in taken:
            left_out.append((file, f"Another caption is meant for {sample.name} too."))
            continue
        taken.add(target)
        changes.append(Move(file, target))
    title = f"rename {plural(len(changes), 'caption')} after {'its image' if len(changes) == 1 else 'their images'}"
    return Proposal(title, Plan(title, tuple(changes)), left_out=tuple(left_out))


def _extension_set(project: Project, finding: Finding) -> Work[Proposal]:
    """``caption_extension`` of the subsets whose captions all have another ending. Raises UsageError."""
    yield Progress(0, None, "captions")
    if project.toml is None:
        raise UsageError(
            "The images of this folder have captions of several endings",
            path=finding.files[0].parent,
            remedy="Give them one: sdtui captions edit --copy-from does.",
        )
    about = set(finding.files)
    meant = [(subset, file) for subset, file, _ in unread_captions(project) if file in about]
    endings: dict[tuple[int, int], set[str]] = defaultdict(set)
    for subset, file in meant:
        endings[subset.dataset, subset.position].add(file.suffix)
    left_out: list[tuple[Path, str]] = []
    for subset, file in meant:
        at = (subset.dataset, subset.position)
        if any(sample.caption_read_from is not None for sample in subset.samples):
            left_out.append((file, f"Other captions of {subset.name} end in {subset.caption_extension} and are read."))
            endings.pop(at, None)
        elif len(endings[at]) > 1:
            left_out.append((file, f"The captions of {subset.name} have several endings."))
    title = f"set caption_extension in {project.toml.name}"
    changes = _each_set(project.toml, {at: each.pop() for at, each in endings.items() if len(each) == 1})
    images = [one.path for subset, _ in meant if (subset.dataset, subset.position) in endings for one in subset.samples]
    return Proposal(title, Plan(title, changes), stale=StaleCaches().of(images), left_out=tuple(left_out))


def _each_set(config: Path, endings: Mapping[tuple[int, int], str]) -> tuple[Change, ...]:
    before = after = read_bytes(config)
    for (dataset, position), ending in endings.items():
        place = ("datasets", dataset, "subsets", position, "caption_extension")
        after = with_place(config, after, place, ending)
    return (Write(config, before, after),) if after != before else ()


CAPTION_FIXES: Mapping[str, Callable[[Project, Finding], Work[Proposal]]] = {
    "caption-empty": _by(CreateMissing()),
    "caption-undecodable": _to_utf8,
    "caption-first-line-blank": _first_line_up,
    "caption-multi-line": _by(JoinLines()),
    "caption-bom": _without_mark,
    "caption-blank": _to_class_tokens,
    "caption-borrowed": _of_its_own,
    "caption-orphan": _without_image,
    "caption-name": _renamed,
    "caption-extension": _extension_set,
    "trigger-absent": _triggered,
    "trigger-not-in-front": _triggered,
}
"""By the code of the finding."""
