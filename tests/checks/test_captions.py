"""Findings about captions that do not stop the trainer: what it reads otherwise than was meant."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sdtui.base.work import finish
from sdtui.checks.captions import caption_findings
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.fixes import fix
from sdtui.dataset.scan import open_project
from sdtui.edits.proposal import Proposal
from sdtui.plans.journal import Journal
from sdtui.trainer.profiles import Settings, parse_settings
from tests.dataset.making import image

LONG = "word " * 90


def found(path: Path, settings: Settings | None = None) -> dict[str, Finding]:
    """The findings by code, of which there is one each."""
    findings = finish(caption_findings(open_project(path), settings))
    by_code = {finding.code: finding for finding in findings}
    assert len(by_code) == len(findings)
    return by_code


def names(finding: Finding) -> list[str]:
    return sorted(path.name for path in finding.files)


def subset(root: Path, captions: Mapping[str, str | bytes | None]) -> Path:
    for name, caption in captions.items():
        image(root / name, caption=caption)
    return root


def proposed(path: Path, code: str) -> Proposal:
    return finish(fix(open_project(path), found(path)[code]))


def test_each_kind_of_caption_is_one_finding_with_all_its_images(tmp_path: Path) -> None:
    captions: dict[str, str | bytes | None] = {
        "sound.png": "a dog",
        "blank.png": "  \n\t\n",
        "first.png": "\n\na dog\n",
        "lines.png": "a dog\r\nbrown\r\n",
        "lines2.png": "a dog\nbrown",
        "mark.png": b"\xef\xbb\xbfa dog",
        "long.png": LONG,
        "none.png": None,
        "sound_1_2_3_4.png": None,
    }
    by_code = found(subset(tmp_path / "dogs", captions))
    assert {code: names(finding) for code, finding in by_code.items()} == {
        "caption-blank": ["blank.png"],
        "caption-first-line-blank": ["first.png"],
        "caption-multi-line": ["lines.png", "lines2.png"],
        "caption-bom": ["mark.png"],
        "caption-over-limit": ["long.png"],
        "caption-none": ["none.png"],
        "caption-borrowed": ["sound_1_2_3_4.png"],
    }
    severities = {finding.severity for code, finding in by_code.items() if code != "caption-bom"}
    assert severities == {Severity.WARNING}
    assert by_code["caption-bom"].severity is Severity.INFO
    assert by_code["caption-over-limit"].message.endswith("the longest has 90.")
    assert all(finding.why for finding in by_code.values())


def test_wildcards_read_every_line(tmp_path: Path) -> None:
    subset(tmp_path / "dogs", {"a.png": "\na dog\nbrown\n", "b.png": "\n\n"})
    config = tmp_path / "c.toml"
    text = f'[[datasets]]\nresolution=64\n[[datasets.subsets]]\nimage_dir="{tmp_path}/dogs"\ncaption_extension=".txt"\n'
    config.write_text(text)
    assert set(found(config)) == {"caption-first-line-blank", "caption-blank"}
    config.write_text(f"{text}enable_wildcard=true\n")
    assert set(found(config)) == {"caption-blank"}


@pytest.mark.parametrize(("length", "over"), [("", 1), ("150", 0), ("225", 0)])
def test_the_limit_is_that_of_the_run(tmp_path: Path, length: str, over: int) -> None:
    subset(tmp_path / "dogs", {"a.png": LONG, "b.png": "a dog"})
    settings = parse_settings("sdxl-lora", [f"max_token_length={length}"])
    assert ("caption-over-limit" in found(tmp_path / "dogs", settings)) == bool(over)


def test_scripts_that_do_not_cut_at_75_are_not_warned_of(tmp_path: Path) -> None:
    subset(tmp_path / "dogs", {"a.png": LONG, "b.png": "a dog"})
    settings = parse_settings("sdxl-lora", ["script=flux_train_network.py"])
    assert "caption-over-limit" not in found(tmp_path / "dogs", settings)


def test_class_tokens_are_a_warning_only_beside_captions(tmp_path: Path) -> None:
    subset(tmp_path / "mixed" / "2_dog", {"a.png": "a dog", "b.png": None})
    subset(tmp_path / "plain" / "2_dog", {"a.png": None, "b.png": None})
    assert found(tmp_path / "mixed")["caption-class"].severity is Severity.WARNING
    assert found(tmp_path / "plain")["caption-class"].severity is Severity.INFO


def test_one_caption_for_all_is_worth_knowing(tmp_path: Path) -> None:
    subset(tmp_path / "dogs", dict.fromkeys(("a.png", "b.png", "c.png"), "sks dog"))
    assert "caption-identical" not in found(tmp_path / "dogs")
    image(tmp_path / "dogs" / "d.png", caption="sks dog")
    finding = found(tmp_path / "dogs")["caption-identical"]
    assert (finding.severity, finding.message) == (Severity.INFO, '4 images all have the same caption: "sks dog".')
    image(tmp_path / "dogs" / "e.png", caption="another dog")
    assert "caption-identical" not in found(tmp_path / "dogs")


def test_texts_that_no_image_reads(tmp_path: Path) -> None:
    folder = subset(tmp_path / "dogs", {"a.png": "a dog", "B.png": None})
    for name in ("lost.txt", "b.txt", "a.caption", "A.txt", ".hidden.txt", "notes.md"):
        (folder / name).write_text("text")
    by_code = found(folder)
    assert names(by_code["caption-orphan"]) == ["A.txt", "lost.txt"]
    assert names(by_code["caption-name"]) == ["b.txt"]
    assert names(by_code["caption-spare"]) == ["a.caption"]
    plan = proposed(folder, "caption-orphan").plan
    Journal(folder / ".sdtui").apply(plan)
    assert not (folder / "lost.txt").exists()
    assert [path.read_text() for path in (folder / ".sdtui" / "trash").rglob("lost.txt")] == ["text"]


def test_an_empty_separator_stops_only_where_tags_are_split(tmp_path: Path) -> None:
    subset(tmp_path / "dogs", {"a.png": "a dog"})
    config = tmp_path / "c.toml"
    text = (
        f'[[datasets]]\nresolution=64\n[[datasets.subsets]]\nimage_dir="{tmp_path}/dogs"\n'
        'caption_extension=".txt"\ncaption_separator=""\n'
    )
    config.write_text(text)
    assert found(config)["caption-separator-empty"].severity is Severity.WARNING
    config.write_text(f"{text}shuffle_caption=true\n")
    assert found(config)["caption-separator-empty"].severity is Severity.ERROR


def test_what_cached_text_encoder_outputs_leave_out(tmp_path: Path) -> None:
    subset(tmp_path / "dogs", {"a.png": "a dog"})
    config = tmp_path / "c.toml"
    config.write_text(
        f'[[datasets]]\nresolution=64\n[[datasets.subsets]]\nimage_dir="{tmp_path}/dogs"\n'
        'caption_extension=".txt"\ncaption_prefix="sks"\n'
    )
    cached: list[str] = ["cache_text_encoder_outputs=true", "network_train_unet_only=true"]
    finding = found(config, parse_settings("sdxl-lora", cached))["caption-parts-cached"]
    assert "caption_prefix" in finding.message
    without = ["cache_text_encoder_outputs=false", "cache_text_encoder_outputs_to_disk=false"]
    assert "caption-parts-cached" not in found(config, parse_settings("sdxl-lora", without))


def test_captions_of_two_endings_are_not_set_in_the_config(tmp_path: Path) -> None:
    folder = subset(tmp_path / "dogs", {"a.png": None, "b.png": None})
    config = tmp_path / "c.toml"
    config.write_text(f'[[datasets]]\nresolution=64\n[[datasets.subsets]]\nimage_dir="{folder}"\n')
    (folder / "a.txt").write_text("a dog")
    (folder / "b.caption").write_text("a dog")
    proposal = proposed(config, "caption-extension")
    assert proposal.empty
    assert [(path.name, "are read" in reason) for path, reason in proposal.left_out] == [("a.txt", True)]


TRIGGER: dict[str, Any] = {f"dog{number}.png": f"sks, a dog number {number}" for number in range(8)}


def test_a_word_that_most_captions_begin_with_is_audited(tmp_path: Path) -> None:
    folder = subset(tmp_path / "2_dog", {**TRIGGER, "x.png": "a dog", "y.png": "a dog, sks"})
    by_code = found(folder)
    assert names(by_code["trigger-absent"]) == ["x.png"]
    assert names(by_code["trigger-not-in-front"]) == ["y.png"]
    assert by_code["trigger-absent"].severity is Severity.INFO
    assert '"sks", which most captions begin with' in by_code["trigger-absent"].message
    Journal(folder / ".sdtui").apply(proposed(folder, "trigger-absent").plan)
    assert (folder / "x.txt").read_text() == "sks, a dog"
    assert "trigger-absent" not in found(folder)


def test_the_trigger_that_the_quality_tiers_name_is_a_warning(tmp_path: Path) -> None:
    subset(tmp_path / "set" / "2_dog", {"a.png": "a dog"})
    subset(tmp_path / "set" / "reg" / "1_dog", {"r.png": "sks dog"})
    (tmp_path / "set" / ".sdtui").mkdir()
    (tmp_path / "set" / ".sdtui" / "quality.toml").write_text('trigger = "sks"\n')
    by_code = found(tmp_path / "set")
    assert by_code["trigger-absent"].severity is Severity.WARNING
    assert names(by_code["trigger-in-regularization"]) == ["r.png"]


@pytest.mark.parametrize("beginning", ["1girl, ", "a ", "2boys, "])
def test_what_any_caption_begins_with_is_no_trigger(tmp_path: Path, beginning: str) -> None:
    captions = {f"{number}.png": f"{beginning}dog number {number}" for number in range(9)}
    assert not [code for code in found(subset(tmp_path / "dogs", captions)) if code.startswith("trigger")]


def test_a_borrowed_caption_becomes_one_of_its_own(tmp_path: Path) -> None:
    folder = subset(tmp_path / "dogs", {"a.png": b"a dog\r\n", "a_1_2_3_4.png": None})
    Journal(folder / ".sdtui").apply(proposed(folder, "caption-borrowed").plan)
    assert (folder / "a_1_2_3_4.txt").read_bytes() == b"a dog\r\n"
    assert "caption-borrowed" not in found(folder)


def test_captions_without_text_give_way_to_class_tokens(tmp_path: Path) -> None:
    folder = subset(tmp_path / "2_dog", {"a.png": "a dog", "b.png": "\n"})
    Journal(folder / ".sdtui").apply(proposed(folder, "caption-blank").plan)
    assert names(found(folder)["caption-class"]) == ["b.png"]
    plain = subset(tmp_path / "dogs", {"a.png": "a dog", "b.png": "\n"})
    proposal = proposed(plain, "caption-blank")
    assert (proposal.empty, [path.name for path, _ in proposal.left_out]) == (True, ["b.png"])


def test_an_empty_separator_is_taken_out_wherever_it_stands(tmp_path: Path) -> None:
    subset(tmp_path / "dogs", {"a.png": "a dog"})
    config = tmp_path / "c.toml"
    sound = (
        f'[general]\n[[datasets]]\nresolution=64\n[[datasets.subsets]]\nimage_dir="{tmp_path}/dogs"\n'
        'caption_extension=".txt"\n'
    )
    written = sound.replace("[general]\n", '[general]\ncaption_separator = ""\n') + 'caption_separator = ""  # none\n'
    config.write_text(written)
    Journal(tmp_path / ".sdtui").apply(proposed(config, "caption-separator-empty").plan)
    assert config.read_text() == sound


def test_hostile_captions_end_with_findings(tmp_path: Path) -> None:
    captions: dict[str, str | bytes | None] = {
        "a\x1b[31m.png": "x",
        "\u202eb.png": "y" * 200_000,
        "c.png": b"\xff\xfe",
        "d.png": b"\x00" * 10,
        "e.png": "\u3000\u00a0\n",
        "f.png": "\r\r\r",
        "g.png": b"\xef\xbb\xbf",
        "h.png": "😀" * 100,
    }
    folder = subset(tmp_path / "dogs", captions)
    (folder / "i.png").symlink_to("c.png")
    (folder / "i.txt").mkdir()
    by_code = found(folder)
    assert names(by_code["caption-undecodable"]) == ["c.png"]
    assert names(by_code["caption-blank"]) == ["e.png", "f.png", "g.png"]
    assert names(by_code["caption-none"]) == ["i.png"]
    for code in ("caption-undecodable", "caption-bom"):
        proposed(folder, code)
