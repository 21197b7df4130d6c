"""Tags are suggested while a caption is typed: from the project and the person's file, and never in the way."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from sdtui.base.settings import load_settings
from sdtui.tui.complete.place import TypedTag, typed_tag
from tests.tui.conftest import Open, Opened, picture
from tests.tui.test_editing import caption, edit


@pytest.fixture
def opened(opened: Open) -> Open:
    """Without pictures, which these tests do not look at."""
    return partial(opened, slow=True)


@pytest.fixture
def tagged(dataset: Path) -> Path:
    """Captions made of tags, and a tag file."""
    folder = dataset / "images" / "10_circle"
    for number, tags in enumerate(("red circle, smile", "red circle, red background", "smirk, red circle")):
        picture(folder / f"tagged_{number}.png").with_suffix(".txt").write_text(tags)
    (folder / "circle_002.txt").write_text("blue circle")
    (dataset / ".sdtui").mkdir()
    (dataset / ".sdtui" / "tags.csv").write_text('long_hair,0,4000000,"longhair,long_locks"\nsmiley_face,0,12,\n')
    return dataset


def suggested(it: Opened) -> list[str]:
    return [each.text for each in it.screen.captions.editor.completer.suggestions.rows]


def typed(it: Opened) -> str:
    return it.screen.captions.editor.caption


async def editing(it: Opened) -> None:
    await edit(it)
    await it.until(lambda: it.app.workspace is not None and it.app.workspace.vocabulary._files is not None)


@pytest.mark.slow
async def test_the_projects_tags_come_first_and_tab_takes_one(tagged: Path, opened: Open) -> None:
    async with opened(tagged) as it:
        await editing(it)
        await it.type(", red")
        await it.until(lambda: suggested(it)[:2] == ["red circle", "red background"])
        await it.until(lambda: "▸red circle" in it.words() and "tab takes the tag" in it.words())
        assert "/75 tok" in it.words(), "the list takes no room from anything"
        await it.press("tab")
        assert typed(it) == "a red circle, red circle\n"
        assert it.screen.captions.editing and not suggested(it)
        await it.press("ctrl+z")
        assert typed(it) == "a red circle, red\n"
        await it.press("escape")
        await it.until(lambda: caption(tagged).read_bytes() == b"a red circle, red\n")


@pytest.mark.slow
async def test_a_tag_file_adds_its_own_with_count_and_other_names(tagged: Path, opened: Open) -> None:
    async with opened(tagged) as it:
        await editing(it)
        await it.type(", smil")
        await it.until(lambda: suggested(it) == ["smile", "smiley face"])
        await it.type("x")
        await it.until(lambda: not suggested(it))
        await it.press(*["backspace"] * 5)
        await it.type("longh")
        await it.until(lambda: "longhair → long hair" in it.words() and "4,000,000" in it.words())
        await it.press("tab")
        assert typed(it) == "a red circle, long hair\n"


@pytest.mark.slow
async def test_enter_arrows_and_escape_are_the_editors_until_one_goes_into_the_list(tagged: Path, opened: Open) -> None:
    async with opened(tagged) as it:
        await editing(it)
        await it.type(", sm")
        await it.until(lambda: suggested(it)[:2] == ["smile", "smirk"])
        await it.press("escape")
        assert it.screen.captions.editing and not suggested(it)
        await it.type("i")
        await it.until(lambda: suggested(it))
        await it.press("left")
        assert not suggested(it), "the cursor is in the tag now"
        await it.press("end", "backspace", "ctrl+n")
        await it.until(lambda: suggested(it)[:2] == ["smile", "smirk"])
        await it.press("down", "enter")
        assert typed(it) == "a red circle, smirk\n"
        await it.type(", re")
        await it.until(lambda: suggested(it))
        await it.press("enter")
        assert typed(it) == "a red circle, smirk, re\n\n"


@pytest.mark.slow
async def test_sentences_are_left_alone_and_it_can_be_turned_off(dataset: Path, tagged: Path, opened: Open) -> None:
    async with opened(tagged) as it:
        await editing(it)
        vocabulary = it.screen.captions.editor.completer.vocabulary
        assert vocabulary is not None and not vocabulary.sentences
        await it.press("ctrl+g")
        await it.until(lambda: "only when you ask" in it.words())
        await it.type(", re")
        await it.pilot.pause(0.2)
        assert not suggested(it)
        await it.press("ctrl+n")
        await it.until(lambda: suggested(it))
        it.app.bridge.drain()
        assert not load_settings().settings.suggest_tags


@pytest.mark.slow
async def test_captions_of_sentences_are_not_disturbed(dataset: Path, opened: Open) -> None:
    folder = dataset / "images" / "10_circle"
    for each in folder.glob("*.txt"):
        each.write_text("a drawing of a red circle on a blue background, the red of it is rather strong")
    async with opened(dataset) as it:
        await edit(it)
        vocabulary = it.screen.captions.editor.completer.vocabulary
        assert vocabulary is not None
        await it.until(lambda: vocabulary.sentences)
        await it.type(", the")
        await it.pilot.pause(0.2)
        assert not suggested(it)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("red, bl|", TypedTag(5, "bl")),
        ("re|", TypedTag(0, "re")),
        ("red,b|", None),
        ("red, bl|ue", None),
        ("red, bl|, green", TypedTag(5, "bl")),
        ("red ||| bl|", TypedTag(8, "bl")),
        ("red, |", None),
        ("a man who stands on the|", None),
    ],
)
def test_what_is_taken_for_a_tag_that_is_being_typed(line: str, expected: TypedTag | None) -> None:
    before, _, after = line.rpartition("|")
    assert typed_tag(before + after, len(before), (",", "|||")) == expected
