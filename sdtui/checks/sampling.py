"""The sample prompts of a run to be: whether there are any, and what the trainer makes of them."""

from __future__ import annotations

from collections.abc import Iterator

from sdtui.base.errors import SdtuiError
from sdtui.base.there import is_there
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.prompts import prompt_findings
from sdtui.dataset.project import Project
from sdtui.runs.setup.sample_prompts import prompts_for
from sdtui.trainer.profiles import Settings

_ASKING = ("sample_every_n_epochs", "sample_every_n_steps", "sample_at_first")


def sampling_findings(project: Project, settings: Settings) -> Iterator[Finding]:
    """The findings about what a run samples; nothing where no samples are asked for."""
    asked = [key for key in _ASKING if settings[key]]
    wanted = settings.text("sample_prompts")
    if not asked:
        if "sample_prompts" in settings.given and wanted:
            message = "sample_prompts is set, and nothing says when samples are made."
            fix = "Set sample_every_n_epochs=1."
            yield Finding("samples-never", Severity.WARNING, message, project.root, fix=fix)
        return
    try:
        prompts = prompts_for(project, wanted, settings.number("width", 512), settings.number("height", 512))
    except SdtuiError as error:
        code = "missing-prompts" if error.path is None or not is_there(error.path) else "prompts-unreadable"
        yield Finding(code, Severity.ERROR, f"{error.what}.", error.path, fix=error.remedy)
        return
    if prompts is None:
        message = "There are no sample prompts and no captions to take for them, so no samples are made."
        why = f"{asked[0]} is set; without prompts the trainer would stop at its first sample, so sdtui leaves it out."
        fix = "Write prompts into model/sample/prompt.txt of the project."
        yield Finding("samples-without-prompts", Severity.WARNING, message, project.root, why=why, fix=fix)
    elif prompts.source is None:
        message = "There are no sample prompts; captions of the dataset serve as such."
        fix = "Write prompts into model/sample/prompt.txt of the project."
        yield Finding("samples-from-captions", Severity.INFO, message, project.root, fix=fix)
    else:
        yield from prompt_findings(prompts.source, script=settings.script)
