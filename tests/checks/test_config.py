"""``sdtui config check``: agrees with the trainer's validation, points at the line, and names what is ignored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sdtui.base.errors import UsageError
from sdtui.base.work import finish
from sdtui.checks.config import check_config
from sdtui.checks.config_fixes import CONFIG_FIXES
from sdtui.checks.finding import Finding, Severity
from sdtui.dataset.project import Project, ProjectKind
from sdtui.dataset.scan import open_project
from sdtui.plans.plan import Write
from sdtui.trainer.dataset_keys import Support
from sdtui.trainer.dataset_problems import problems
from tests.dataset.making import image
from tests.trainer.golden import load as golden

GOOD = '[[datasets]]\nresolution = 512\nenable_bucket = true\n\n[[datasets.subsets]]\nimage_dir = "{images}"\n'


def checked(folder: Path, text: str, name: str = "config.toml", **options: Any) -> tuple[bool, list[Finding]]:
    images = folder / "images"
    images.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(text.replace("{images}", str(images)).encode())
    found = check_config(path, **options)
    return found.ok, list(found.findings)


def only(found: tuple[bool, list[Finding]]) -> Finding:
    (finding,) = found[1]
    return finding


def test_a_good_config_has_no_findings(tmp_path: Path) -> None:
    assert checked(tmp_path, GOOD) == (True, [])


@pytest.mark.parametrize("number", range(8))
def test_generated_configs_are_refused_just_when_the_real_validation_refuses_them(number: int) -> None:
    made = golden("generated_configs.json")
    supports = [Support(*support) for support in made[0]["supports"]]
    assert len(made) > 400
    for case in made[1 + number :: 8]:
        for support, accepted in zip(supports, case["accepted"], strict=True):
            found = [one for one in problems(case["config"], support) if one.at_validation]
            assert (not found) == accepted, (support, case, found)


@pytest.mark.parametrize(
    ("line", "code", "severity", "fix"),
    [
        ("num_repeat = 3", "unknown-key", Severity.ERROR, "Write num_repeats instead of num_repeat."),
        ('num_repeats = "3"', "wrong-type", Severity.ERROR, "Write num_repeats = 3."),
        ('flip_aug = "True"', "wrong-type", Severity.ERROR, "Write flip_aug = true."),
        ("num_repeats = 0", "repeats-below-1", Severity.WARNING, None),
        ("keep_tokens = 2", "no-effect", Severity.WARNING, None),
        ('resize_interpolation = "magic"', "unknown-interpolation", Severity.WARNING, None),
    ],
)
def test_a_finding_names_its_line_and_its_fix(
    tmp_path: Path, line: str, code: str, severity: Severity, fix: str | None
) -> None:
    finding = only(checked(tmp_path, GOOD + f"# a comment\n{line}\n"))
    assert (finding.code, finding.severity, finding.line) == (code, severity, 8)
    assert finding.why is not None
    assert fix is None or finding.fix == fix


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("\ufeff" + GOOD, "toml-bom", 1),
        (GOOD + "image_dir = \n", "toml-syntax", 7),
        ('[[directory]]\npath = "x"\n', "other-trainer", None),
        ("datasets = 3\n", "wrong-type", 1),
        (GOOD + '[[datasets.subsets]]\nmetadata_file = "m.json"\n', "mixed-subsets", 1),
        ("[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nnum_repeats = 1\n", "lacks-required-key", 3),
    ],
)
def test_what_is_refused_is_refused_with_a_code_and_a_line(
    tmp_path: Path, text: str, code: str, line: int | None
) -> None:
    ok, findings = checked(tmp_path, text)
    assert not ok
    assert (findings[0].code, findings[0].severity, findings[0].line) == (code, Severity.ERROR, line)


def test_json_configs_have_lines_too(tmp_path: Path) -> None:
    text = '{"datasets": [{"resolution": 512,\n "subsets": [{"image_dir": "{images}",\n  "num_repeats": 1.5}]}]}'
    finding = only(checked(tmp_path, text, "config.json"))
    assert (finding.code, finding.line, finding.fix) == ("wrong-type", 3, None)


def test_what_is_only_absent_on_this_machine_leaves_the_config_good(tmp_path: Path) -> None:
    ok, findings = checked(tmp_path, GOOD.replace("{images}", "G:/data/10_cat"))
    assert ok
    assert [finding.code for finding in findings] == ["missing-folder"]
    assert findings[0].fix == "In WSL this is /mnt/g/data/10_cat."
    metadata = '[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nmetadata_file = "nowhere.json"\n'
    ok, findings = checked(tmp_path, metadata)
    assert ok
    assert [(finding.code, finding.line) for finding in findings] == [("missing-metadata", 4)]


def test_a_subset_that_stands_twice_and_keys_that_are_overridden_are_warned_of(tmp_path: Path) -> None:
    text = "[general]\nnum_repeats = 4\n" + GOOD + 'num_repeats = 2\n[[datasets.subsets]]\nimage_dir = "{images}"\n'
    ok, findings = checked(tmp_path, text + "num_repeats = 3\n")
    assert ok
    assert {(finding.code, finding.line) for finding in findings} == {("no-effect", 2), ("duplicate-subset", 11)}


def test_masks_are_for_scripts_that_take_them(tmp_path: Path) -> None:
    text = GOOD + 'conditioning_data_dir = "{images}"\n'
    assert [finding.code for finding in checked(tmp_path, text)[1]] == ["needs-masked-loss"]
    assert checked(tmp_path, text, masked_loss=False)[0] is False
    assert checked(tmp_path, text, script="fine_tune")[0] is False
    assert checked(tmp_path, text, script="train_control_net", masked_loss=False)[0] is True
    assert checked(tmp_path, GOOD, script="train_control_net")[0] is False


def test_bucket_rules_at_which_the_script_stops_are_warned_of(tmp_path: Path) -> None:
    text = GOOD.replace("enable_bucket = true", "enable_bucket = true\nbucket_reso_steps = 32\nmin_bucket_reso = 768")
    assert {finding.code for finding in checked(tmp_path, text)[1]} == {"bucket-steps", "bucket-limits"}
    assert {finding.code for finding in checked(tmp_path, text, script="sdxl_train")[1]} == {"bucket-limits"}


def test_no_resolution_is_a_warning_since_the_command_line_may_have_it(tmp_path: Path) -> None:
    finding = only(checked(tmp_path, GOOD.replace("resolution = 512\n", "")))
    assert (finding.code, finding.severity) == ("no-resolution", Severity.WARNING)


def test_a_document_has_every_key(tmp_path: Path) -> None:
    finding = only(checked(tmp_path, GOOD + "num_repeats = 0\n"))
    document = finding.document()
    assert list(document) == ["code", "severity", "path", "line", "files", "message", "why", "fix"]
    assert json.loads(json.dumps(document))["path"] == str(tmp_path / "config.toml")


def test_a_key_that_is_spelled_wrong_is_mended_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    image(tmp_path / "cats" / "a.png")
    text = (
        f'[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = "{tmp_path}/cats"\nnum_repeat = 3 # cats\n'
    )
    path.write_text(text + "quux = 1\n")
    project = open_project(path)
    for finding in check_config(path).findings:
        (change,) = finish(CONFIG_FIXES[finding.code](project, finding)).plan.changes
        assert isinstance(change, Write)
        path.write_bytes(change.after)
    assert path.read_text() == text.replace("num_repeat", "num_repeats")


def test_paths_of_windows_in_double_quotes_are_put_into_single_ones(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    subset = "[[datasets.subsets]]\nimage_dir = "
    text = f'[[datasets]]\n{subset}"G:\\data\\10_cat" # cats\n{subset}"C:\\\\Users"\n{subset}"C:\\Users\\new"\n'
    path.write_text(text)
    (finding,) = check_config(path).findings
    assert (finding.code, finding.line) == ("toml-backslash", 3)
    project = Project(tmp_path, ProjectKind.TOML, ".txt", (), toml=path)
    (change,) = finish(CONFIG_FIXES[finding.code](project, finding)).plan.changes
    assert isinstance(change, Write)
    wanted = text.replace('"G:\\data\\10_cat"', "'G:\\data\\10_cat'").replace('"C:\\Users\\new"', "'C:\\Users\\new'")
    assert change.after == wanted.encode()
    # Anything else that is no TOML stays what it is.
    path.write_text(text + "x = = 1\n")
    assert [one.code for one in check_config(path).findings] == ["toml-syntax"]


def test_folders_that_are_elsewhere_now_are_found_again(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    image(tmp_path / "cats" / "a.png")
    path.write_text("[[datasets]]\nresolution = 512\n[[datasets.subsets]]\nimage_dir = 'E:\\sets\\cats'\n")
    (finding,) = check_config(path).findings
    project = open_project(path)
    (change,) = finish(CONFIG_FIXES[finding.code](project, finding)).plan.changes
    assert isinstance(change, Write) and f'"{tmp_path}/cats"'.encode() in change.after
    path.write_bytes(path.read_bytes().replace(b"cats", b"dogs"))
    with pytest.raises(UsageError, match="Nothing like it was found"):
        finish(CONFIG_FIXES[finding.code](project, finding))
