"""The order in which Review goes through images, against the plainest way to say the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sdtui.base.work import finish
from sdtui.dataset.marks import Mark, Marks
from sdtui.dataset.project import CaptionSource, Project, ProjectKind, Sample, Subset
from sdtui.dataset.query import parse
from sdtui.tui.review.reel import Reel, Wish, filtering, wind

ROOT = Path("/data")
SOURCES = st.sampled_from(list(CaptionSource))
IMAGES = st.lists(st.tuples(SOURCES, st.sampled_from([5, 80]), st.booleans()), min_size=1, max_size=12)
DONE = st.sampled_from(["next", "before", "first", "last", "flag", "reviewed", *[wish.value for wish in Wish]])


def project_of(images: list[tuple[CaptionSource, int, bool]]) -> Project:
    samples = []
    for number, (source, tokens, broken) in enumerate(images):
        path = ROOT / "10_x" / f"{number:02}.png"
        text = path.with_suffix(".txt")
        problem = "It is truncated." if broken else None
        samples.append(Sample(path, "10_x", 64, 64, "a", text, text, source, tokens, None, problem))
    subset = Subset("10_x", ROOT / "10_x", 10, False, "x", ".txt", tuple(samples))
    return Project(ROOT, ProjectKind.SUBSETS, ".txt", (subset,))


class Plain:
    """The same with a list of what is left and a walk over all of it."""

    def __init__(self, samples: tuple[Sample, ...], query: str) -> None:
        self.marks = {sample.path: Mark() for sample in samples}
        self.samples = samples
        self.query = query
        self.at = self.left()[0] if self.left() else None

    def through(self, sample: Sample) -> bool:
        return self.query != "NOT is:flagged" or not self.marks[sample.path].flagged

    def left(self) -> list[Sample]:
        return [sample for sample in self.samples if self.through(sample)]

    def is_wished(self, sample: Sample, wish: Wish) -> bool:
        source = sample.caption_source
        missing = source in (CaptionSource.NONE, CaptionSource.CLASS)
        over, mark = sample.tokens > 75, self.marks[sample.path]
        care = missing or over or source is CaptionSource.BORROWED or sample.problem is not None or mark.flagged
        return {Wish.MISSING: missing, Wish.OVER: over, Wish.UNREVIEWED: not mark.reviewed, Wish.CARE: care}[wish]

    def do(self, what: str) -> None:
        if self.at is None:
            return
        order = list(self.samples)
        here = order.index(self.at)
        after = [sample for sample in order[here + 1 :] if self.through(sample)]
        before = [sample for sample in order[:here] if self.through(sample)]
        if what == "next" and after:
            self.at = after[0]
        elif what == "before" and before:
            self.at = before[-1]
        elif what == "first" and self.left():
            self.at = self.left()[0]
        elif what == "last" and self.left():
            self.at = self.left()[-1]
        elif what in ("flag", "reviewed"):
            mark = self.marks[self.at.path]
            flagged = not mark.flagged if what == "flag" else mark.flagged
            self.marks[self.at.path] = replace(mark, flagged=flagged, reviewed=mark.reviewed or what == "reviewed")
        elif what in {wish.value for wish in Wish}:
            around = [*after, *before]
            self.at = next((sample for sample in around if self.is_wished(sample, Wish(what))), self.at)


def do(reel: Reel, what: str, now: Mark | None) -> None:
    if what == "next":
        reel.step(1)
    elif what == "before":
        reel.step(-1)
    elif what == "first":
        reel.first()
    elif what == "last":
        reel.last()
    elif now is not None and reel.sample is not None:
        reel.marked(reel.sample.path, now)
    else:
        reel.wish(Wish(what))


@settings(max_examples=150, deadline=None)
@given(images=IMAGES, query=st.sampled_from(["", "NOT is:flagged"]), keys=st.lists(DONE, max_size=30))
def test_it_goes_where_a_plain_walk_would_go(
    images: list[tuple[CaptionSource, int, bool]], query: str, keys: list[str]
) -> None:
    project = project_of(images)
    plain = Plain(project.subsets[0].samples, query)
    reel = finish(wind(project, Marks(), filtering(project, parse(query), 75), 75))
    for key in keys:
        plain.do(key)
        marking = plain.at is not None and key in ("flag", "reviewed")
        do(reel, key, plain.marks[plain.at.path] if marking and plain.at is not None else None)
        assert reel.sample == plain.at
        assert plain.at is not None
        assert reel.tally.flagged == sum(mark.flagged for mark in plain.marks.values())
        assert reel.tally.reviewed == sum(mark.reviewed for mark in plain.marks.values())
        lingers = plain.at not in plain.left()
        assert reel.count == len(plain.left()) + lingers
        assert reel.position == 1 + sum(
            plain.samples.index(each) < plain.samples.index(plain.at) for each in plain.left()
        )


def test_an_image_that_the_filter_drops_is_kept_only_where_it_is_looked_at() -> None:
    project = project_of([(CaptionSource.OWN, 5, False)] * 4)
    samples = project.subsets[0].samples
    marks = Marks({str(samples[1].path): 2})  # flagged
    matches = filtering(project, parse("NOT is:flagged"), 75)
    stays = finish(wind(project, marks, matches, 75, [samples[1].path], linger=True))
    assert stays.sample == samples[1] and stays.count == 4
    goes = finish(wind(project, marks, matches, 75, [samples[1].caption_path]))
    assert goes.sample == samples[2] and goes.count == 3
