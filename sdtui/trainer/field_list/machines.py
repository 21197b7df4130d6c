"""On which graphics cards and machines it is trained: what goes to accelerate, the launcher."""

from __future__ import annotations

from sdtui.trainer.field_list.group import Group

_field = Group("Machines")

FIELDS = (
    _field(
        "num_processes",
        "GPUs",
        "int",
        "Graphics cards to train on, of all machines together. Each takes its own batch, so an epoch has so many times "
        "fewer steps. Left empty: 1, or what the accelerate configuration says.",
        minimum=1,
        maximum=1024,
        argument=False,
    ),
    _field(
        "gpus",
        "Which GPUs",
        "cards",
        "Numbers of the cards to train on, as nvidia-smi counts them: 0 or 0,1. Empty: all that there are.",
        argument=False,
    ),
    _field(
        "accelerate_config",
        "Accelerate config",
        "path",
        "A file that `accelerate config` wrote, for DeepSpeed, several machines and the like. What is set here wins "
        "over it.",
        argument=False,
    ),
    _field(
        "num_machines",
        "Computers",
        "int",
        "How many train together. Start the same run on each, with its own number below.",
        minimum=1,
        maximum=256,
        argument=False,
    ),
    _field(
        "machine_rank",
        "This computer",
        "int",
        "Its number among them, from 0. The one with 0 leads: it saves, samples and logs.",
        minimum=0,
        maximum=255,
        argument=False,
    ),
    _field(
        "main_process_ip",
        "Main address",
        "text",
        "An address of the machine with number 0 that the others reach.",
        argument=False,
    ),
    _field(
        "main_process_port",
        "Main port",
        "int",
        "Where processes meet: the same free port on all machines. On one machine another one for each run with "
        "several GPUs, so that they do not clash.",
        minimum=1,
        maximum=65535,
        argument=False,
    ),
)
