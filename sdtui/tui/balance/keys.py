"""What can be done on the Balance screen, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.balance.screen import BalanceScreen


def _read(screen: BalanceScreen) -> bool:
    return screen.shell.project is not None and screen.shell.scanning is None


def _opened(screen: BalanceScreen) -> bool:
    return screen.shell.project is not None


def _with_subset(screen: BalanceScreen) -> bool:
    return screen.subset is not None and screen.shell.scanning is None and not screen.left_out(screen.subset)


def _scanned(screen: BalanceScreen) -> bool:
    return screen.shell.project is not None and screen.shell.scanning is None


def _trained(screen: BalanceScreen) -> bool:
    subset = screen.subset
    return _with_subset(screen) and subset is not None and not subset.is_reg


def _wished(screen: BalanceScreen) -> bool:
    return bool(screen.wish.repeats) and screen.shell.scanning is None


OFFERED = offered(
    Command(
        "balance.more",
        "One repeat more",
        "Repeats the subset once more an epoch.",
        ("plus",),
        "repeat(1)",
        "repeats",
        when=_with_subset,
        rank=10,
        shown="+ - =",
    ),
    Command(
        "balance.fewer",
        "One repeat fewer",
        "Repeats the subset once less an epoch, never below one.",
        ("minus",),
        "repeat(-1)",
        when=_with_subset,
    ),
    Command(
        "balance.repeats",
        "Set the repeats",
        "Asks how often the subset repeats an epoch.",
        ("equals_sign",),
        "ask_repeats",
        when=_with_subset,
    ),
    Command(
        "balance.share",
        "Want a share",
        "Asks for the part of an epoch that the subset should have; empty takes it back.",
        ("w", "enter"),
        "ask_share",
        "share",
        when=_trained,
        rank=15,
    ),
    Command(
        "balance.equal",
        "Equal shares",
        "Lets every subset be seen equally often.",
        ("e",),
        "equal",
        "equal",
        when=_with_subset,
        rank=20,
    ),
    Command(
        "balance.divide",
        "Smallest numbers",
        "Divides all repeats by their greatest common divisor: the same shares, a shorter epoch.",
        ("d",),
        "divide",
        "divide",
        when=_with_subset,
        rank=25,
    ),
    Command(
        "balance.steps",
        "Set the total steps",
        "Asks for the steps of the whole training; the epochs follow.",
        ("s",),
        "ask('steps')",
        "steps",
        when=_with_subset,
        rank=30,
    ),
    Command("balance.epochs", "Set the epochs", "Asks for the epochs.", ("p",), "ask('epochs')", when=_with_subset),
    Command(
        "balance.batch",
        "Set the batch size",
        "Counts with another batch size; a config that says one wins in the trainer.",
        ("b",),
        "ask('batch')",
        when=_with_subset,
    ),
    Command(
        "balance.accumulation",
        "Set the accumulation",
        "Asks over how many batches gradients are gathered for one step.",
        ("a",),
        "ask('accumulation')",
        when=_with_subset,
    ),
    Command(
        "balance.processes",
        "Set the GPUs",
        "Asks how many GPUs train together.",
        ("n",),
        "ask('processes')",
        when=_with_subset,
    ),
    Command(
        "balance.buckets",
        "Show the buckets",
        "Shows which bucket each image goes to, and which batches are not full.",
        ("B",),
        "buckets",
        "buckets",
        when=_scanned,
        rank=45,
    ),
    Command(
        "balance.apply",
        "Apply",
        "Shows what would be renamed or edited, and writes it when you agree.",
        ("x",),
        "apply",
        "apply",
        when=_wished,
        rank=5,
    ),
    Command(
        "balance.reset",
        "As on disk",
        "Forgets what was asked for and not written.",
        ("r",),
        "reset",
        "reset",
        when=_wished,
        rank=40,
    ),
    Command(
        "balance.config",
        "Edit the dataset config",
        "Every key of the config with its meaning; where the project has none, one is made.",
        ("C",),
        "config",
        when=_read,
    ),
    Command(
        "balance.undo", "Undo", "Takes back the last change to files.", ("u",), "undo", "undo", when=_opened, rank=60
    ),
    Command("balance.redo", "Redo", "Makes the change again that was undone last.", ("U",), "redo", when=_opened),
)
