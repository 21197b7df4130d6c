"""Findings about subsets: shares, regularization, and folders that are passed over."""

from __future__ import annotations

from pathlib import Path

from sdtui.base.work import finish
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.fixes import fix
from sdtui.checks.subsets import subset_findings
from sdtui.dataset.scan import open_project
from sdtui.plans.journal import Journal
from sdtui.trainer.profiles import parse_settings
from tests.dataset.making import image


def images(folder: Path, count: int) -> None:
    for number in range(count):
        image(folder / f"{number}.png")


def found(path: Path, profile: str | None = None) -> dict[str, Finding]:
    settings = parse_settings(profile) if profile else None
    return {finding.code: finding for finding in finish(subset_findings(open_project(path), settings))}


def names(finding: Finding) -> list[str]:
    return [path.name for path in finding.files]


def test_repeats_that_make_shares_unequal_are_a_warning_and_are_balanced(tmp_path: Path) -> None:
    images(tmp_path / "10_many", 12)
    images(tmp_path / "1_few", 10)
    finding = found(tmp_path)["repeats-unbalanced"]
    assert (finding.severity, names(finding)) == (Severity.WARNING, ["1_few"])
    assert finding.message.endswith("10 of 120 entries.")
    project = open_project(tmp_path)
    Journal(project.home).apply(finish(fix(project, finding)).plan)
    assert found(tmp_path) == {}
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith(".")) == ["5_many", "6_few"]


def test_images_that_are_unequal_by_themselves_are_only_worth_knowing(tmp_path: Path) -> None:
    images(tmp_path / "1_many", 12)
    images(tmp_path / "1_few", 2)
    assert found(tmp_path) == {}
    images(tmp_path / "1_many", 24)
    assert found(tmp_path)["repeats-unbalanced"].severity is Severity.INFO


def test_regularization_images_do_not_count_among_the_shares(tmp_path: Path) -> None:
    images(tmp_path / "1_dog", 4)
    images(tmp_path / "reg" / "50_animal", 4)
    assert "repeats-unbalanced" not in found(tmp_path)


def test_regularization_that_does_nothing(tmp_path: Path) -> None:
    images(tmp_path / "2_dog", 2)
    images(tmp_path / "reg" / "1_animal", 7)
    unused = found(tmp_path, "sdxl-lora")["reg-unused"]
    assert (unused.severity, names(unused)) == (Severity.INFO, ["4.png", "5.png", "6.png"])
    assert names(found(tmp_path, "sdxl-finetune")["reg-without-effect"]) == ["1_animal"]
    assert "reg-without-effect" not in found(tmp_path, "sdxl-lora")


def test_regularization_in_a_config_of_sdxl_train_counts_in_full(tmp_path: Path) -> None:
    images(tmp_path / "dog", 2)
    images(tmp_path / "animal", 2)
    config = tmp_path / "c.toml"
    text = f'[[datasets]]\nresolution=64\n[[datasets.subsets]]\nimage_dir="{tmp_path}/dog"\n'
    reg = f'[[datasets.subsets]]\nimage_dir="{tmp_path}/animal"\nis_reg=true\n'
    config.write_text(text + reg)
    assert names(found(config, "sdxl-finetune")["reg-without-effect"]) == ["animal"]
    assert found(config, "sdxl-lora") == {}
    config.write_text(f"{text}[[datasets]]\nresolution=64\n{reg}")
    assert names(found(config)["reg-alone"]) == ["animal"]
    config.write_text(f"[[datasets]]\nresolution=64\n{reg}")
    assert set(found(config)) == {"nothing-to-train", "reg-alone"}


def test_subsets_that_a_run_of_a_folder_leaves_out(tmp_path: Path) -> None:
    images(tmp_path / "2_dog", 2)
    images(tmp_path / "2_cat", 2)
    (tmp_path / "2_cat" / "0.txt").write_bytes(b"")
    finding = found(tmp_path, "sdxl-lora")["subset-left-out"]
    assert (finding.message, names(finding)) == ("2_cat is left out of this run.", ["2_cat"])
    assert "0.png" in (finding.why or "")
    assert "subset-left-out" not in found(tmp_path)
    (tmp_path / "2_cat" / "0.txt").write_text("a cat")
    assert "subset-left-out" not in found(tmp_path, "sdxl-lora")


def test_folders_with_images_that_are_passed_over(tmp_path: Path) -> None:
    images(tmp_path / "2_dog", 2)
    images(tmp_path / "2_dog" / "more", 1)
    images(tmp_path / "cat", 1)
    images(tmp_path / "0_bird", 1)
    (tmp_path / "3_fish").mkdir()
    (tmp_path / "2_dog" / "notes").mkdir()
    findings = finish(subset_findings(open_project(tmp_path)))
    unread = [finding for finding in findings if finding.code == "folder-unread"]
    assert sorted(name for finding in unread for name in names(finding)) == ["0_bird", "cat", "more"]
    assert len(unread) == 3  # each for a reason of its own
    assert [names(finding) for finding in findings if finding.code == "subset-empty"] == [["3_fish"]]
