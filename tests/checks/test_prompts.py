"""Prompt files mended as Plans."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdtui.base.work import finish
from sdtui.checks.fixes import FIXES
from sdtui.checks.prompts import prompt_findings
from sdtui.dataset.project import Project, ProjectKind
from sdtui.plans.journal import Journal


def mended(path: Path, code: str) -> bytes:
    """What ``path`` holds after the fix of its first finding with that code; the finding must be gone then."""
    found = next(finding for finding in prompt_findings(path, script="train_network.py") if finding.code == code)
    project = Project(path.parent, ProjectKind.SUBSETS, ".txt", ())
    Journal(project.home).apply(finish(FIXES[code](project, found)).plan)
    assert code not in [finding.code for finding in prompt_findings(path, script="train_network.py")]
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "before", "code", "after"),
    [
        (
            "p.txt",
            b"a--w 64\r\n# c--w 1\r\nb --s 9--l 5",
            "prompt-option-joined",
            b"a --w 64\r\n# c--w 1\r\nb --s 9 --l 5",
        ),
        (
            "p.json",
            b'["a\\u00e9--w 64", {"prompt": "b"}]',
            "prompt-option-joined",
            b'["a\\u00e9 --w 64", {"prompt": "b"}]',
        ),
        ("p.txt", b"a --d -1 --w 64\nb  --d -1", "prompt-negative-seed", b"a --w 64\nb "),
        ("p.txt", b"\xef\xbb\xbf# words\r\na", "prompt-bom", b"# words\r\na"),
        (
            "p.toml",
            b'\xef\xbb\xbf[[prompt.subset]]\nprompt = "a"\n',
            "prompt-bom",
            b'[[prompt.subset]]\nprompt = "a"\n',
        ),
        ("p.json", b'\xef\xbb\xbf["a"]', "prompt-bom", b'["a"]'),
    ],
)
def test_a_fix_changes_what_it_is_about_and_nothing_else(
    tmp_path: Path, name: str, before: bytes, code: str, after: bytes
) -> None:
    (tmp_path / name).write_bytes(before)
    assert mended(tmp_path / name, code) == after
