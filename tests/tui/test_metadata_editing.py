"""In a FineTuning project the editor edits the caption in the metadata file, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.plans.outcome import Applied
from sdtui.tokens.encoder import count
from sdtui.tui.bulk.form import BulkForm
from sdtui.tui.bulk.open import bulk_edit
from sdtui.tui.bulk.scopes import Scopes
from sdtui.tui.caption.count_line import CountLine
from sdtui.tui.dialogs import Ask
from sdtui.tui.finder import Finder
from tests.tui.conftest import Open, Opened, picture

METADATA = b'{\n  "one.png": {"caption": "a red cat", "tags": "solo, hat"},\r\n  "two.png": {"caption": "a dog"}\n}\n'


@pytest.fixture
def metadata(tmp_path: Path) -> Path:
    """The metadata file of two images, beside ``set.toml``."""
    for name in ("one.png", "two.png"):
        picture(tmp_path / "images" / name)
    metadata = tmp_path / "meta_cap.json"
    metadata.write_bytes(METADATA)
    (tmp_path / "set.toml").write_text(
        "[[datasets]]\nresolution = 512\n[[datasets.subsets]]\n"
        f"image_dir = '{tmp_path / 'images'}'\nmetadata_file = '{metadata}'\n"
    )
    return metadata


def toml(metadata: Path) -> Path:
    return metadata.with_name("set.toml")


def says(it: Opened, sentence: str) -> bool:
    return sentence in " ".join(it.words().split())


async def edit(it: Opened) -> None:
    await it.press("l")
    await it.until(lambda: it.shown == "one.png")
    await it.press("enter")
    await it.until(lambda: it.screen.captions.editing)


async def test_the_caption_alone_is_edited_saved_in_its_place_and_undone(metadata: Path, opened: Open) -> None:
    after = METADATA.replace(b"a red cat", b"a red cat!")
    async with opened(toml(metadata)) as it:
        await it.press("l")
        await it.until(lambda: says(it, "a red cat,solo, hat") and says(it, "kept in meta_cap.json"))
        await it.press("enter")
        await it.until(lambda: it.screen.captions.editing)
        assert it.screen.captions.editor.caption == "a red cat"
        assert says(it, "in meta_cap.json; its tags are joined after it: solo, hat")
        await it.type("!")
        whole = f"{count('a red cat!,solo, hat')}/75 tok"
        await it.until(lambda: whole in it.screen.query_one(CountLine).render().plain)
        await it.press("escape")
        await it.until(lambda: metadata.read_bytes() == after)
        await it.until(lambda: says(it, "a red cat!,solo, hat") and says(it, "kept in meta_cap.json"))
        assert not list((metadata.parent / "images").glob("*.txt"))
        await it.press("u")
        await it.until(lambda: metadata.read_bytes() == METADATA)
        await it.until(lambda: says(it, "a red cat,solo, hat"))


@pytest.mark.slow
async def test_leaving_without_typing_writes_nothing(metadata: Path, opened: Open) -> None:
    async with opened(toml(metadata)) as it:
        await edit(it)
        await it.press("escape")
        await it.until(lambda: not it.screen.captions.editing and says(it, "a red cat,solo, hat"))
    assert metadata.read_bytes() == METADATA
    assert not (metadata.parent / ".sdtui" / "journal").exists()


@pytest.mark.slow
async def test_quitting_while_editing_saves(metadata: Path, opened: Open) -> None:
    async with opened(toml(metadata)) as it:
        await edit(it)
        await it.type("s")
        await it.press("ctrl+q")
    assert metadata.read_bytes() == METADATA.replace(b"a red cat", b"a red cats")


@pytest.mark.slow
async def test_a_cache_of_the_old_text_is_deleted_with_the_save(metadata: Path, opened: Open) -> None:
    cache = metadata.parent / "images" / "one_te_outputs.npz"
    cache.write_bytes(b"old")
    async with opened(toml(metadata)) as it:
        await edit(it)
        await it.type("s")
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, Ask) and cache.name in it.words())
        await it.press("d")
        await it.until(lambda: not cache.exists() and b"a red cats" in metadata.read_bytes())


@pytest.mark.slow
async def test_another_entry_that_changes_meanwhile_is_kept(metadata: Path, opened: Open) -> None:
    theirs = METADATA.replace(b"a dog", b"a wolf")
    async with opened(toml(metadata)) as it:
        await edit(it)
        await it.type("s")
        metadata.write_bytes(theirs)
        await it.press("escape")
        await it.until(lambda: metadata.read_bytes() == theirs.replace(b"a red cat", b"a red cats"))


@pytest.mark.parametrize(("key", "wanted"), [("m", b"a red cats"), ("t", b"a blue cat")])
@pytest.mark.slow
async def test_a_change_of_this_caption_meanwhile_is_asked_about(
    metadata: Path, opened: Open, key: str, wanted: bytes
) -> None:
    async with opened(toml(metadata)) as it:
        await edit(it)
        await it.type("s")
        metadata.write_bytes(METADATA.replace(b"a red cat", b"a blue cat"))
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, Ask))
        assert says(it, "a blue cat") and says(it, "a red cats")
        await it.press(key)
        await it.until(lambda: not isinstance(it.app.screen, Ask) and says(it, f"{wanted.decode()},solo, hat"))
        await it.until(lambda: metadata.read_bytes() == METADATA.replace(b"a red cat", wanted))


@pytest.mark.slow
async def test_an_outside_change_is_shown_by_itself(metadata: Path, opened: Open) -> None:
    async with opened(toml(metadata)) as it:
        await edit(it)
        metadata.write_bytes(METADATA.replace(b"a red cat", b"a blue cat"))
        await it.until(lambda: it.screen.captions.editor.caption == "a blue cat")
        assert it.screen.captions.editing


@pytest.mark.slow
async def test_typed_text_is_kept_when_the_file_breaks_meanwhile(metadata: Path, opened: Open) -> None:
    async with opened(toml(metadata)) as it:
        await edit(it)
        await it.type("s")
        metadata.write_bytes(b'{"one.png": ')
        await it.press("escape")
        await it.until(lambda: says(it, "no valid metadata file"))
        assert list(it.screen.keeper.state.drafts.values()) == ["a red cats"]
    assert metadata.read_bytes() == b'{"one.png": '


@pytest.mark.slow
@pytest.mark.parametrize(
    ("entry", "sentence"),
    [(b'{"caption": 5}', "are no text"), (b'{"caption": "x \\ud83d"}', "half a character")],
)
async def test_what_cannot_be_edited_is_said_and_left(
    metadata: Path, opened: Open, entry: bytes, sentence: str
) -> None:
    data = b'{"one.png": ' + entry + b"}"
    metadata.write_bytes(data)
    async with opened(toml(metadata)) as it:
        await it.press("l")
        await it.until(lambda: it.shown == "one.png")
        await it.press("enter")
        await it.until(lambda: says(it, sentence) and says(it, "Mend it in the file"))
        assert not it.screen.captions.editing
    assert metadata.read_bytes() == data


@pytest.mark.slow
async def test_a_bulk_edit_changes_captions_in_the_metadata_file_alone(metadata: Path, opened: Open) -> None:
    done: list[Applied] = []
    async with opened(toml(metadata)) as it:
        project = it.app.project
        assert project is not None
        bulk_edit(it.app, project, Scopes(), done.append)
        await it.until(lambda: isinstance(it.app.screen, Finder))
        await it.type("findandreplacetext")
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, BulkForm) and says(it, "There is no text to look for"))
        await it.type("a ")
        await it.until(lambda: says(it, "first of them: one.png"))
        await it.press("enter")
        await it.until(lambda: says(it, "2 captions change") and says(it, "in meta_cap.json"))
        await it.press("enter")
        await it.until(lambda: done and says(it, "2 captions were changed"))
    assert metadata.read_bytes() == METADATA.replace(b"a red cat", b"red cat").replace(b"a dog", b"dog")
