"""Whatever images go wherever: no image loses its text, no file is lost, and undo gives every byte back."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdtui.dataset.project import Project
from sdtui.dataset.scan import open_project
from sdtui.edits.images import copy, move, trash
from sdtui.plans.journal import Journal
from tests.dataset.making import image
from tests.edits.making import contents

STEMS = ("a", "A", "a-2", "a_1_2_3_4", "a_9_9_9_9", "b", "b_1_2_3_4_1_2_3_4")
IMAGES = st.sets(st.tuples(st.sampled_from(STEMS), st.sampled_from([".png", ".jpg"])), min_size=1, max_size=7)
TEXTS = st.sets(
    st.sampled_from([f"{stem}{ending}" for stem in STEMS for ending in (".txt", ".caption", "_te_outputs.npz", ".npz")])
)
FOLDERS = ("10_cat", "4_dog")


def texts(project: Project) -> dict[Path, str | None]:
    return {one.path: one.caption for subset in project.subsets for one in subset.samples}


@settings(max_examples=30, deadline=None)
@given(st.tuples(IMAGES, IMAGES), st.tuples(TEXTS, TEXTS), st.sampled_from([trash, move, copy]), st.data())
@pytest.mark.slow
def test_no_image_loses_its_text(
    images: tuple[set[tuple[str, str]], ...], files: tuple[set[str], ...], what: object, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "data"
        for name, stems, others in zip(FOLDERS, images, files, strict=True):
            for stem, ending in stems:
                image(root / name / f"{stem}{ending}", caption=None)
            for other in others:
                (root / name / other).write_text(f"{name} {other}")
        image(root / "1_rest" / "z.png")
        before, project = contents(root), open_project(root)
        every = [one for subset in project.subsets for one in subset.samples if subset.name in FOLDERS]
        chosen = data.draw(st.lists(st.sampled_from(every), min_size=1, unique=True))
        told = texts(project)

        proposal = trash(project, chosen) if what is trash else (move if what is move else copy)(project, chosen, "cat")
        Journal(project.home).apply(proposal.plan)
        after = texts(open_project(root))

        gone = {one.path for one in chosen if what is not copy and one.subset != "10_cat"}
        gone |= {one.path for one in chosen} if what is trash else set()
        assert gone.isdisjoint(after) and after.keys() >= told.keys() - gone
        for path, text in told.items():
            if path not in gone and text is not None:  # a folder may go over to .caption once no .txt is left
                assert after[path] == text
        came = Counter(text for path, text in after.items() if path not in told)
        taken = Counter(one.caption for one in chosen if one.subset != "10_cat" and one.caption is not None)
        # An image without a text may find one to borrow; that is told.
        assert what is trash or taken <= came
        assert "borrow one in" in "".join(proposal.plan.warnings) or sum(came.values()) - came[None] <= sum(
            taken.values()
        )
        kept = [
            *contents(root).values(),
            *(path.read_bytes() for path in root.glob(".sdtui/trash/**/*.*") if path.is_file()),
        ]
        for data_ in set(before.values()):
            assert kept.count(data_) >= list(before.values()).count(data_)
        if not proposal.empty:
            assert Journal(project.home).undo().refused == ()
        assert contents(root) == before
