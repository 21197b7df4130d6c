"""What there is to say about the files that the trainer caches beside images."""

from __future__ import annotations

from sdtui.checks.finding import Severity
from sdtui.checks.rule import Rule as Rule

_ANEW = "Delete these caches; the trainer makes them anew."

STALE_LATENTS = Rule(
    "latents-stale",
    Severity.WARNING,
    "image is newer than its cached latents",
    "images are newer than their cached latents",
    "The trainer never compares the two: it trains on what the picture was when it was cached.",
    _ANEW,
)
OLD_SIZE = Rule(
    "latents-size",
    Severity.WARNING,
    "image has another size than its latent cache says",
    "images have another size than their latent caches say",
    "The trainer takes the size from the name of the cache and never looks at the image: the bucket is that of the old "
    "size, and a picture that is opened after all is stretched to it.",
    _ANEW,
)
OTHER_CACHE = Rule(
    "latents-other-image",
    Severity.WARNING,
    "image gets its size from the latent cache of another",
    "images get their size from the latent cache of another",
    "The trainer takes the first cache whose name begins like the image's, and stretches the picture to that size.",
    "Delete these caches, so that all are made anew together.",
)
NAMELESS = Rule(
    "latents-name",
    Severity.ERROR,
    "image meets a latent cache without a size in its name",
    "images meet a latent cache without a size in its name",
    "The trainer reads the size of an image from there, and stops (ValueError).",
    "Delete or rename the cache.",
)
TAKEN_FOR_IMAGE = Rule(
    "latents-as-image",
    Severity.ERROR,
    "image has a latent cache and no image_size",
    "images have a latent cache and no image_size",
    "Where the metadata says no size, the trainer takes the path of the cache for that of the image. Unless this run "
    "reads latents from disk, it opens the cache as a picture and stops.",
    "Write the metadata anew with sdtui metadata write, which says the sizes; or delete these caches.",
)
OTHER_BUCKET = Rule(
    "latents-resolution",
    Severity.WARNING,
    "image has latents of another resolution",
    "images have latents of another resolution",
    "The trainer looks for the array and not at its shape: it trains at the old resolution, or stops where images of "
    "one bucket differ.",
    _ANEW,
)
BROKEN = Rule(
    "cache-broken",
    Severity.ERROR,
    "image has a cache that is no .npz file",
    "images have a cache that is no .npz file",
    "The trainer stops at a cache that it cannot read; an interrupted run leaves such.",
    _ANEW,
)
STALE_TEXT = Rule(
    "text-cache-stale",
    Severity.WARNING,
    "caption is newer than its text encoder cache",
    "captions are newer than their text encoder caches",
    "The trainer never compares the two: it trains on what the caption was when it was cached.",
    _ANEW,
)
OTHER_LENGTH = Rule(
    "text-cache-length",
    Severity.WARNING,
    "text encoder cache is of another max_token_length",
    "text encoder caches are of another max_token_length",
    "The trainer looks for the arrays and not at their shape: it trains on captions that are cut elsewhere, and fills "
    "those of one batch up to the longest.",
    _ANEW,
)
ORPHAN = Rule(
    "cache-orphan",
    Severity.INFO,
    "cache belongs to no image",
    "caches belong to no image",
    "They take space, and the name of one can tell the trainer a wrong size for another image.",
    "Delete them.",
)
INFO_STALE = Rule(
    "image-info-stale",
    Severity.WARNING,
    "metadata_cache.json is out of date",
    "metadata_cache.json are out of date",
    "With cache_info the trainer reads images, captions and sizes from there once it exists, and notices no change.",
    "Delete it; the trainer makes it anew.",
)
INFO_BROKEN = Rule(
    "image-info-broken",
    Severity.ERROR,
    "metadata_cache.json stops the trainer",
    "metadata_cache.json stop the trainer",
    "With cache_info the trainer reads images, captions and sizes from there once it exists: it stops at a file that "
    "is no such JSON, and at an image that is gone.",
    "Delete it; the trainer makes it anew.",
)
