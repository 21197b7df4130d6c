"""What can be done with the buckets, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.buckets.screen import BucketsScreen


def _on_groups(screen: BucketsScreen) -> bool:
    return bool(screen.groups.groups) and screen.groups.has_focus


def _on_images(screen: BucketsScreen) -> bool:
    return screen.images.image is not None and screen.images.has_focus


def _counted(screen: BucketsScreen) -> bool:
    return screen.preview is not None


def _slow(screen: BucketsScreen) -> bool:
    return screen.shell.slow and screen.images.image is not None


OFFERED = offered(
    Command(
        "buckets.into",
        "Look at its images",
        "Goes from the buckets to the images.",
        ("enter", "right", "l", "tab"),
        "images",
        "images",
        when=_on_groups,
        rank=10,
    ),
    Command(
        "buckets.show",
        "Show in Dataset",
        "Goes to the image under the cursor on the Dataset screen.",
        ("enter",),
        "show",
        "show in Dataset",
        when=_on_images,
        rank=10,
    ),
    Command(
        "buckets.back",
        "Back to the buckets",
        "Goes from the images to the buckets.",
        ("left", "h", "tab"),
        "groups",
        "buckets",
        when=_on_images,
        rank=20,
    ),
    Command(
        "buckets.order",
        "Another order",
        "Lists the images that are cut most first, or by name.",
        ("o",),
        "order",
        "order",
        when=_counted,
        rank=30,
    ),
    Command(
        "buckets.batch",
        "Try a batch size",
        "Counts with another batch size; nothing is written, and a config that says one wins in the trainer.",
        ("b",),
        "ask_batch",
        "batch",
        when=_counted,
        rank=40,
    ),
    Command(
        "buckets.resolution",
        "Try a resolution",
        "Places the images for another resolution; nothing is written.",
        ("r",),
        "ask_resolution",
        "resolution",
        when=_counted,
        rank=41,
    ),
    Command(
        "buckets.view",
        "Show the picture",
        "Makes the preview, which --slow leaves out.",
        ("v",),
        "view",
        "view",
        when=_slow,
        rank=15,
    ),
    Command("buckets.leave", "Back", "Back to where you were.", ("escape",), "leave", "back", rank=60),
)
