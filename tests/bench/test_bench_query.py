"""How long filters, tag counts, marks and completions take on a large dataset, against the plain way of doing it."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from sdtui.dataset.marks import MarkBook
from sdtui.dataset.project import CaptionSource, Project, ProjectKind, Sample, Subset
from sdtui.dataset.query import select
from sdtui.dataset.tag_file import KnownTag, TagFile
from sdtui.dataset.tag_vocabulary import TagVocabulary
from sdtui.dataset.tags import tag_table
from tests.bench.conftest import Compare

pytestmark = pytest.mark.bench


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """100,000 images that are nowhere, with 20 tags each."""
    root = tmp_path_factory.mktemp("data")
    rnd = random.Random(1)
    words = [f"{colour} {thing}" for colour in ("red", "blue", "long", "1") for thing in ("hair", "girl", "sky", "cat")]
    words += [f"tag_{number}" for number in range(500)]
    subsets = []
    for number in range(50):
        name = f"{number + 1}_s{number}"
        samples = tuple(
            Sample(
                path=root / name / f"{at:05}.png",
                subset=name,
                width=512,
                height=rnd.choice([512, 768]),
                caption=", ".join(rnd.choices(words, k=20)),
                caption_path=root / name / f"{at:05}.txt",
                caption_read_from=root / name / f"{at:05}.txt",
                caption_source=CaptionSource.OWN,
                tokens=rnd.randrange(20, 100),
            )
            for at in range(2000)
        )
        subsets.append(Subset(name, root / name, number + 1, False, None, ".txt", samples))
    return Project(root, ProjectKind.SUBSETS, ".txt", tuple(subsets))


def captions(project: Project) -> list[str]:
    return [sample.caption or "" for subset in project.subsets for sample in subset.samples]


@pytest.mark.parametrize(
    "query",
    [
        "is:over",
        "cat",
        "tag:red_hair tokens>75",
        'tag:"red hair"',
        "tag:*hair",
        "NOT caption:~/red .*cat/",
        "name:*7.png",
        "tags>20",
    ],
)
def test_a_filter(project: Project, compare: Compare, query: str) -> None:
    compare(
        f"{query} on 100,000 images",
        lambda: select(project, query),
        'a comprehension with "red hair" in caption.lower()',
        lambda: ["red hair" in caption.lower() for caption in captions(project)],
        rounds=3,
    )


def test_counting_tags(project: Project, compare: Compare) -> None:
    def plain() -> Counter[str]:
        counted: Counter[str] = Counter()
        for caption in captions(project):
            counted.update({tag.strip() for tag in caption.split(",")})
        return counted

    compare("tags of 100,000 captions", lambda: tag_table(project), "one Counter", plain, rounds=3)


def test_marking_one_of_many(project: Project, compare: Compare) -> None:
    book = MarkBook(project)
    samples = [sample for subset in project.subsets for sample in subset.samples]
    book.set(samples, reviewed=True)
    numbers = iter(range(100_000))
    plain = Path(project.root) / "plain.json"

    def rewrite() -> None:
        plain.write_text(json.dumps(dict.fromkeys((str(sample.path) for sample in samples), "reviewed")), "utf-8")

    compare(
        "flagging one of 100,000 marked images",
        lambda: book.set(samples[(at := next(numbers)) : at + 1], flagged=True),
        "writing all marks as JSON",
        rewrite,
    )
    compare("reading 100,000 marks", lambda: MarkBook(project), "reading JSON", lambda: json.loads(plain.read_text()))


def test_completing_a_tag(compare: Compare) -> None:
    rnd = random.Random(2)
    letters = "abcdefghijklmnopqrstuvwxyz"
    tags = ["_".join("".join(rnd.choices(letters, k=5)) for _ in range(2)) for _ in range(200_000)]
    known = tuple(KnownTag(tag, rnd.randrange(1_000_000)) for tag in tags)
    vocabulary = TagVocabulary((), [TagFile(Path("tags.csv"), known)])

    def plain() -> list[str]:
        found = [(tag.count, tag.tag) for tag in known if tag.tag.startswith("s") or "_s" in tag.tag]
        return [tag for _, tag in sorted(found, reverse=True)[:10]]

    compare("completing one letter among 200,000 tags", lambda: vocabulary.complete("s"), "looking at each", plain)
