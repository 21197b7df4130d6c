"""Each fix belongs to a finding, and what cannot be mended says what to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest

import sdtui.checks
from sdtui.base.errors import UsageError
from sdtui.base.work import finish
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.fixes import FIXES, fix, fix_all, require_mendable
from sdtui.checks.preflight import refused, report_of
from sdtui.dataset.scan import open_project
from tests.dataset.making import image

CHECKS = [path for path in Path(sdtui.checks.__file__).parent.glob("*.py") if not path.stem.endswith("_fixes")]
SYNTAX = {"toml-bom", "json-bom"}
"""Codes that are put together of the kind of file and what is wrong with it."""


def test_each_fix_is_for_a_code_that_some_check_gives() -> None:
    said = "".join(path.read_text("utf-8") for path in CHECKS)
    others = (Path(sdtui.checks.__file__).parents[1] / "trainer" / "dataset_problems.py").read_text("utf-8")
    assert [code for code in FIXES if f'"{code}"' not in said + others and code not in SYNTAX] == []


def test_what_nothing_mends_is_refused_with_what_to_do(tmp_path: Path) -> None:
    image(tmp_path / "1_dog" / "a.png")
    project = open_project(tmp_path)
    finding = Finding("caption-none", Severity.WARNING, "One.", fix="Write a caption.")
    with pytest.raises(UsageError, match="Write a caption"):
        finish(fix(project, finding))
    with pytest.raises(UsageError, match="Write a caption"):
        require_mendable(report_of([finding]), ["caption-none"])
    with pytest.raises(UsageError, match="caption-empty"):
        require_mendable(report_of([]), ["caption-emptyy"])


def test_findings_about_one_file_are_not_mended_over_each_other(tmp_path: Path) -> None:
    image(tmp_path / "dog" / "a.png")
    config = tmp_path / "c.toml"
    config.write_text(
        f'[[datasets]]\nresolution=64\nbatch_sise=2\nmax_buket_reso=512\n[[datasets.subsets]]\nimage_dir="{tmp_path}/dog"\n'
    )
    project, report = refused(config)
    assert len(report.of("unknown-key")) == len(report.findings) == 2
    proposal = finish(fix_all(project, report, "unknown-key"))
    assert len(proposal.plan.changes) == 1  # the other is left for the next look
