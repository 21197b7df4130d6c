"""What is trained from, and by which script."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Model")

FIELDS = (
    _field(
        "pretrained_model_name_or_path",
        "Base model",
        "path",
        "The checkpoint to start from. Choose the one that is closest in style to what you train; SDXL models need the "
        "sdxl scripts, SD 1.5 models train_network.py.",
    ),
    _field(
        "script",
        "Script",
        "text",
        "The trainer's script. train_network.py makes a LoRA for SD 1.5, sdxl_train_network.py one for SDXL, "
        "sdxl_train.py changes a whole SDXL model.",
        argument=False,
    ),
    _field(
        "output_name",
        "Name",
        "text",
        "What the saved files are called. A name that was used before overwrites the files of that run.",
    ),
)
