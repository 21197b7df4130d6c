"""All arguments of all scripts: our table, and what an installed sd-scripts says that it takes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sdtui.base.errors import TrainerError, UsageError
from sdtui.trainer import installed_arguments
from sdtui.trainer.arguments import REFUSED, forget_installed, script_arguments
from sdtui.trainer.field_list import FIELDS
from sdtui.trainer.fields import GROUPS, parse_value
from sdtui.trainer.installed_arguments import learn_installed, learn_kept
from sdtui.trainer.location import TrainerInstall, describe
from sdtui.trainer.parser_reading import read_parsers
from sdtui.trainer.profiles import parse_settings

SCRIPT = """
import argparse, os, sys
from pathlib import Path
from library.train_util import add_arguments
print("what a script prints is no answer")
asked = Path(__file__).with_name("asked")
asked.write_text(asked.read_text() + "x" if asked.exists() else "x")

def one_or_two(text):
    return text

def setup_parser():
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    parser.add_argument("--learning_rate", type=float, default=2e-6, help="rate")
    parser.add_argument("--new_thing", type=int, default=3, choices=[1, 2, 3], help="a thing \\x1b[31m of 2027 / 新")
    parser.add_argument("--new_words", nargs="*", type=float)
    parser.add_argument("--new_switch", action="store_true", help="100%% new")
    parser.add_argument("--odd", type=one_or_two, default=Path("/x"))
    return parser

if __name__ == "__main__":
    sys.exit("it must not train")
"""

SD_SCRIPTS = os.environ.get("SD_SCRIPTS")
"""Read before the tests' own environment is made."""
PYTHON = Path(getattr(sys, "_base_executable", sys.executable))
"""One without torch, which takes long to import."""


@pytest.fixture(autouse=True)
def table() -> Iterator[None]:
    yield
    forget_installed()


@pytest.fixture
def install(tmp_path: Path) -> TrainerInstall:
    """A small sd-scripts of another day."""
    folder = tmp_path / "sd-scripts"
    (folder / "library").mkdir(parents=True)
    (folder / "library" / "train_util.py").write_text(
        "def add_arguments(parser):\n    parser.add_argument('--seed', type=int)\n"
    )
    (folder / "sdxl_train_network.py").write_text(SCRIPT)
    return TrainerInstall(folder, PYTHON, "1.6.0", ("sdxl_train_network.py",), "abcdef01", "4.54.1", False)


def asked(install: TrainerInstall) -> int:
    return len((install.folder / "asked").read_text())


def test_the_table_has_every_script_with_the_kinds_and_choices_of_its_parser() -> None:
    flux = script_arguments("flux_train_network.py")
    assert len(flux) == 215
    assert (flux["guidance_scale"].kind, flux["ae"].kind, flux["timestep_sampling"].choices[0]) == (
        "float",
        "path",
        "sigma",
    )
    assert (flux["base_weights_multiplier"].kind, flux["base_weights_multiplier"].each) == ("words", "float")
    assert flux["lr_warmup_steps"].kind == "number"
    assert script_arguments("train_db.py")["stop_text_encoder_training"].kind == "int"
    assert "network_dim" not in script_arguments("sdxl_train.py")
    assert len(script_arguments("sdxl_train.py")) == 176
    assert script_arguments("my_own.py") == {}


def test_over_a_hundred_arguments_have_a_sentence_of_ours_a_title_and_a_group() -> None:
    known = {key for script in ("sdxl_train_network.py", "sdxl_train.py") for key in script_arguments(script)}
    told = [FIELDS[key] for key in known & set(FIELDS)]
    assert len(told) > 130
    for field in FIELDS.values():
        assert field.help.endswith(".") and len(field.help) > 20, field.key
        assert field.group in GROUPS and len(field.title) <= 20, field.key
    assert "mirrored" in script_arguments("train_network.py")["flip_aug"].help
    assert script_arguments("sdxl_train.py")["huber_c"].help.endswith("The trainer's own default is 0.1.")


def test_what_is_beside_the_form_is_typed_and_checked() -> None:
    settings = parse_settings("sdxl-lora", ["caption_dropout_rate=0.1", "network_args=conv_dim=8 conv_alpha=4"])
    assert settings["caption_dropout_rate"] == 0.1
    assert settings["network_args"] == ("conv_dim=8", "conv_alpha=4")
    for wrong in ("caption_dropout_rate=1.5", "loss_type=l3", "clip_skip=two", "flip_aug=perhaps"):
        with pytest.raises(UsageError):
            parse_settings("sdxl-lora", [wrong])


def test_every_default_of_the_trainer_can_be_typed() -> None:
    from sdtui.trainer.arguments import _table

    for key, variants in _table()["arguments"].items():
        for row in variants:
            field = script_arguments(_table()["scripts"][row["scripts"][0]])[key]
            if row.get("default") not in (None, "") and row["kind"] != "flag":
                assert parse_value(field, str(row["default"])) == row["default"], key


def test_an_installed_script_says_itself_what_it_takes(install: TrainerInstall, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no setting called 'new_thing'"):
        parse_settings("sdxl-lora", ["new_thing=2"])
    assert learn_installed(install, "sdxl_train_network.py", tmp_path / "cache") == 6
    assert parse_settings("sdxl-lora", ["new_thing=2"])["new_thing"] == 2
    found = script_arguments("sdxl_train_network.py")
    assert found["new_thing"].choices == ("1", "2", "3")
    assert found["new_thing"].help == "A thing \x1b[31m of 2027. The trainer's own default is 3."
    assert (found["new_words"].kind, found["new_words"].each, found["new_switch"].kind) == ("words", "float", "flag")
    assert found["learning_rate"].help.startswith("How far each step goes.")
    assert "clip_skip" not in found
    with pytest.raises(UsageError):
        parse_settings("sdxl-lora", ["new_thing=4"])
    with pytest.raises(UsageError):
        parse_settings("sdxl-lora", ["flip_aug=true"])


def test_a_script_is_asked_once_for_each_state_of_its_files(install: TrainerInstall, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert not learn_kept(install, "sdxl_train_network.py", cache)
    for _ in range(2):
        learn_installed(install, "sdxl_train_network.py", cache)
    assert learn_kept(install, "sdxl_train_network.py", cache)
    assert asked(install) == 1
    library = install.folder / "library" / "train_util.py"
    library.write_text(library.read_text() + "    parser.add_argument('--newest')\n")
    assert not learn_kept(install, "sdxl_train_network.py", cache)
    learn_installed(install, "sdxl_train_network.py", cache)
    assert asked(install) == 2
    assert "newest" in script_arguments("sdxl_train_network.py")


def test_an_answer_that_was_damaged_is_asked_for_again(install: TrainerInstall, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    learn_installed(install, "sdxl_train_network.py", cache)
    (kept,) = cache.iterdir()
    for damage in (b"", b"{", b'[{"name": 1}]', b"\xff"):
        kept.write_bytes(damage)
        assert learn_installed(install, "sdxl_train_network.py", cache) == 6
    kept.unlink()
    kept.mkdir()
    assert learn_installed(install, "sdxl_train_network.py", cache) == 6, "a cache that cannot be written is none"


@pytest.mark.parametrize(
    "script", ["raise ImportError('no torch here')", "import sys\nsys.exit(0)", "x = 1", "def setup_parser(: pass"]
)
def test_where_it_cannot_be_asked_our_table_holds(install: TrainerInstall, tmp_path: Path, script: str) -> None:
    (install.folder / "sdxl_train_network.py").write_text(script)
    with pytest.raises(TrainerError, match="could not say what arguments it takes"):
        learn_installed(install, "sdxl_train_network.py", tmp_path / "cache")
    assert len(script_arguments("sdxl_train_network.py")) == 196


def test_a_python_that_does_not_start_is_said(install: TrainerInstall) -> None:
    with pytest.raises(TrainerError):
        read_parsers(install.folder / "no-python", install.folder, ["sdxl_train_network.py"])


def test_only_so_many_answers_are_kept(
    install: TrainerInstall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed_arguments, "_KEPT", 3)
    monkeypatch.setattr(installed_arguments, "read_parsers", lambda _python, _folder, scripts: {scripts[0]: []})
    for number in range(6):
        learn_installed(install, f"script_{number}.py", tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 3


def test_refused_arguments_are_never_set_whatever_the_installed_script_says(install: TrainerInstall) -> None:
    assert set(REFUSED) & set(script_arguments("sdxl_train_network.py"))
    for key in REFUSED:
        with pytest.raises(UsageError):
            parse_settings("sdxl-lora", [f"{key}=x"])


@pytest.mark.slow
@pytest.mark.skipif(SD_SCRIPTS is None, reason="SD_SCRIPTS names no checkout of sd-scripts")
def test_the_real_parsers_say_what_the_table_says() -> None:
    install = describe(Path(str(SD_SCRIPTS)))
    if install.commit != "48d368fa":
        pytest.skip(f"sd-scripts stands at {install.commit}, and the table was made from 48d368fa")
    for script in ("train_network.py", "sdxl_train.py"):
        ours = dict(script_arguments(script))
        learn_installed(install, script)
        theirs = script_arguments(script)
        assert theirs.keys() == ours.keys()
        for key, field in theirs.items():
            assert (field.kind, field.each, field.choices) == (ours[key].kind, ours[key].each, ours[key].choices), key
