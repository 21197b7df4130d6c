"""What a script takes of datasets, and how buckets and masks must be for it."""

from __future__ import annotations

from collections.abc import Iterator

from sdtui.trainer.buckets import step_unit
from sdtui.trainer.refusals.conflict import Conflict
from sdtui.trainer.run_arguments import RunArguments
from sdtui.trainer.scripts import SCRIPTS, support_of

_CALLED = {
    "dreambooth": "images with caption files",
    "finetuning": "metadata files",
    "controlnet": "images with masks or conditioning images",
}


def datasets(run: RunArguments) -> Iterator[Conflict]:
    """library/config_util.py, ConfigSanitizer; library/train_util.py, verify_bucket_reso_steps, ControlNetDataset."""
    if run.script.removesuffix(".py") in SCRIPTS:
        yield from _kinds(run)
    if "controlnet" in run.dataset.kinds and run.dataset.has("random_crop"):
        what = "random_crop does not go with masks or conditioning images"
        yield Conflict("masks-random-crop", what, "Set random_crop=false.")
    unit = step_unit(run.script)
    for steps in run.dataset.bucket_steps:
        if steps % unit:
            what = f"bucket_reso_steps is {steps}, and {run.script} takes multiples of {unit} only"
            yield Conflict("bucket-steps", what, f"Set bucket_reso_steps={unit}, or change it in the config.")


def _kinds(run: RunArguments) -> Iterator[Conflict]:
    takes = support_of(run.script, masked_loss=run.on("masked_loss"))
    taken = {"dreambooth": takes.dreambooth, "finetuning": takes.finetuning, "controlnet": takes.masks}
    for kind in sorted(run.dataset.kinds):
        if kind == "dreambooth" and takes.masks and takes.dreambooth and not takes.finetuning:
            # ConfigSanitizer has a choice between kinds only where metadata files are among them.
            what = f"With masked_loss {run.script} takes datasets with masks only"
            yield Conflict("dataset-kind", what, "Set masked_loss=false.")
        if taken.get(kind, True):
            continue
        if kind == "controlnet" and support_of(run.script).masks:
            yield Conflict("masks-without-masked-loss", "The dataset has masks", "Set masked_loss=true.")
        else:
            others = " or ".join(_CALLED[other] for other, takes_it in taken.items() if takes_it)
            what = f"{run.script} takes no datasets of {_CALLED[kind]}"
            yield Conflict("dataset-kind", what, f"Choose another script; this one takes {others}.")
