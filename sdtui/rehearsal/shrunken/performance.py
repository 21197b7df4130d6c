"""The rehearsal itself: everything is put in its place, and then the script runs as it is."""

from __future__ import annotations

import os
import runpy
import sys
import threading
from argparse import Namespace
from collections.abc import Sequence

from .orders import Orders, Report, read_orders


def perform(words: Sequence[str]) -> None:
    """Run the script that ``words`` name, with its own arguments, on a shrunken model.

    Ends when its standard input does: whoever ordered it is gone then, or does not want it any more.
    """
    orders = read_orders(words)
    threading.Thread(target=_end_with_whoever_asked, daemon=True).start()
    os.environ["HF_HUB_OFFLINE"] = "1"
    sys.path[0] = str(orders.script.parent)
    sys.argv = [str(orders.script), *orders.words]
    _prepare(orders)
    runpy.run_path(str(orders.script), run_name="__main__")


def _prepare(orders: Orders) -> None:
    # These import torch and the trainer, which must be found by then.
    from . import limits
    from .arguments import make_safe, make_safe_when_parsed
    from .models import model_of, tokenizers_in
    from .widths import shrink_control_net, shrink_sdxl_control_net, shrink_unets

    report = Report(orders.report)
    report.save()
    model = model_of(orders.kind, orders.models, orders.vocabulary)
    tokenizers = tokenizers_in(orders.models, orders.vocabulary)
    shrink_unets()
    if "control" in orders.script.name:
        shrink_sdxl_control_net() if orders.kind == "sdxl" else shrink_control_net()
    limits.leave_caches_alone()
    limits.cache_in_time(report, orders.seconds)
    samples = limits.make_small_samples()

    def change(arguments: Namespace) -> None:
        make_safe(arguments, orders, report, model, tokenizers, samples=samples)
        report.reach("read")

    make_safe_when_parsed(change)
    report.reach("started")


def _end_with_whoever_asked() -> None:
    while os.read(0, 4096):
        pass
    os._exit(1)
