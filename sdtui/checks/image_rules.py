"""What there is to say about image files: what the trainer does with each kind, and what to do.

What it does was seen in library/train_util.py: glob_images, get_image_size, load_image, BucketManager.select_bucket.
"""

from __future__ import annotations

from collections.abc import Mapping

from sdtui.checks.finding import Severity
from sdtui.checks.rule import Rule
from sdtui.images.problems import Kind

_NO_SIZE = "Its size cannot be read, so the trainer stops while it makes its buckets (ZeroDivisionError)."
_THROW_AWAY = "Copy or download it again, or throw it away."

EMPTY = Rule("image-empty", Severity.ERROR, "image file has 0 bytes", "image files have 0 bytes", _NO_SIZE, _THROW_AWAY)
LFS_POINTER = Rule(
    "image-lfs-pointer",
    Severity.ERROR,
    "image is a Git LFS pointer, and not the picture itself",
    "images are Git LFS pointers, and not the pictures themselves",
    _NO_SIZE,
    "Fetch the pictures with: git lfs pull",
)
NO_PICTURE = Rule(
    "image-no-picture",
    Severity.ERROR,
    "file is called like an image but is none (a web page, a text)",
    "files are called like images but are none (web pages, texts)",
    _NO_SIZE,
    _THROW_AWAY,
)
OTHER_FORMAT = Rule(
    "image-other-format",
    Severity.ERROR,
    "image is in a format that Pillow does not open (HEIC, JPEG XL)",
    "images are in formats that Pillow does not open (HEIC, JPEG XL)",
    _NO_SIZE,
    "Convert it to PNG, JPEG or WebP elsewhere.",
)
DAMAGED = Rule(
    "image-damaged",
    Severity.ERROR,
    "image is damaged or cut off",
    "images are damaged or cut off",
    "The trainer stops when it opens it: while it caches latents, or somewhere in the first epoch; at once where not "
    "even the size can be read.",
    _THROW_AWAY,
)
TOO_LARGE = Rule(
    "image-too-large",
    Severity.ERROR,
    "image has more than 179 million pixels",
    "images have more than 179 million pixels",
    "Pillow takes it for a decompression bomb, and the trainer stops there (DecompressionBombError).",
    "Shrink it; 16 million pixels are more than any bucket holds.",
)
NO_FILE = Rule(
    "image-no-file",
    Severity.ERROR,
    "folder or device is called like an image",
    "folders or devices are called like images",
    _NO_SIZE,
    "Rename it, or move it out of the subset.",
)
BROKEN_LINK = Rule(
    "image-broken-link",
    Severity.ERROR,
    "image is a link that leads nowhere",
    "images are links that lead nowhere",
    _NO_SIZE,
    "Bring back what it leads to, or throw the link away.",
)
UNREADABLE = Rule(
    "image-unreadable",
    Severity.ERROR,
    "image may not be opened",
    "images may not be opened",
    "The trainer stops at it.",
    "Look at its permissions, or at the disk.",
)
UNCHECKED = Rule(
    "image-unchecked",
    Severity.WARNING,
    "image takes too long, or too much memory, to be checked",
    "images take too long, or too much memory, to be checked",
    "The trainer opens it without such limits, and may stop at it.",
    "Look at it elsewhere, or leave it out.",
)
PROBLEMS: Mapping[Kind, Rule] = {
    Kind.EMPTY: EMPTY,
    Kind.LFS_POINTER: LFS_POINTER,
    Kind.NO_PICTURE: NO_PICTURE,
    Kind.OTHER_FORMAT: OTHER_FORMAT,
    Kind.DAMAGED: DAMAGED,
    Kind.TOO_LARGE: TOO_LARGE,
    Kind.NO_FILE: NO_FILE,
    Kind.UNREADABLE: UNREADABLE,
    Kind.GIVEN_UP: UNCHECKED,
}
"""By why a picture could not be opened; what is absent depends on what names it."""

TURNED = Rule(
    "image-exif-rotated",
    Severity.WARNING,
    "image is turned by an EXIF tag only",
    "images are turned by EXIF tags only",
    "The trainer ignores the tag and trains the picture lying on its side or mirrored; with imagesize 2 instead of the "
    "1.4.1 that it asks for it also squeezes it into a bucket of the turned shape.",
    "Bake the turn into the pixels.",
)
TRANSPARENT = Rule(
    "image-transparent",
    Severity.WARNING,
    "image is transparent in places",
    "images are transparent in places",
    "The trainer drops the alpha channel, so what lies hidden under it is trained: often black, or noise.",
    "Put white under it; where the alpha is meant as a mask, set alpha_mask for the subset.",
)
GREY_16_BIT = Rule(
    "image-16-bit-grey",
    Severity.WARNING,
    "grey image has 16 or 32 bits a pixel",
    "grey images have 16 or 32 bits a pixel",
    "The trainer makes every value over 255 white, which leaves next to nothing of the picture.",
    "Convert it to 8 bits.",
)
COLOUR_16_BIT = Rule(
    "image-16-bit",
    Severity.INFO,
    "image has 16 bits a channel",
    "images have 16 bits a channel",
    "The trainer reads the upper 8 bits: nothing is wrong, the file is only larger and slower to read.",
    "Convert it to 8 bits.",
)
INK = Rule(
    "image-cmyk",
    Severity.WARNING,
    "image is in CMYK, made for print",
    "images are in CMYK, made for print",
    "The trainer converts the inks by a plain formula and ignores their colour profile, so that colours shift.",
    "Convert it to RGB by its profile.",
)
ANIMATED = Rule(
    "image-animated",
    Severity.INFO,
    "image is animated",
    "images are animated",
    "The trainer reads the first frame only.",
    "Keep the first frame only; for another one, save it as an image of its own elsewhere.",
)

ENDING_CASE = Rule(
    "image-ending-case",
    Severity.WARNING,
    "image is not read: its ending mixes upper and lower case",
    "images are not read: their endings mix upper and lower case",
    "The trainer looks for .png and .PNG, and on Linux passes over .Png without a word.",
    "Rename it.",
)
ENDING_UNREAD = Rule(
    "image-ending-unread",
    Severity.WARNING,
    "picture is not read: the trainer looks for no such ending",
    "pictures are not read: the trainer looks for no such endings",
    "The trainer reads png, jpg, jpeg, webp and bmp, and passes over the others without a word.",
    "Convert it to PNG.",
)
ENDING_PLUGIN = Rule(
    "image-ending-plugin",
    Severity.WARNING,
    "AVIF or JPEG XL image is read only with a plugin",
    "AVIF or JPEG XL images are read only with a plugin",
    "Where its Python has no pillow-avif-plugin, or pillow-jxl-plugin, the trainer passes over them without a word.",
    "Convert it to PNG.",
)
ENDING_JPEG = Rule(
    "image-ending-jpeg",
    Severity.INFO,
    "image ends in .jpeg",
    "images end in .jpeg",
    "The trainer reads it as any .jpg; some other tools for datasets look for .jpg alone.",
    "Rename it, if such a tool is to read it.",
)
SAME_STEM = Rule(
    "image-duplicate-stem",
    Severity.WARNING,
    "image shares its name with another but for the ending",
    "images share their names with others but for the endings",
    "They share one caption file, and the trainer takes what it cached for one (text, and latents of the same size) "
    "for the other too.",
    "Give each a name of its own, or throw one away.",
)

ENLARGED = Rule(
    "image-under-resolution",
    Severity.WARNING,
    "image is smaller than the resolution",
    "images are smaller than the resolution",
    "The trainer enlarges it by more than a tenth, and the blur of that is learnt.",
    "Replace it by a larger one, enlarge it with a good upscaler, or set bucket_no_upscale.",
)
SLIGHTLY_ENLARGED = Rule(
    "image-under-resolution",
    Severity.INFO,
    "image is a little smaller than the resolution",
    "images are a little smaller than the resolution",
    "The trainer enlarges it, by less than a tenth.",
)
SMALLER_BUCKET = Rule(
    "image-under-resolution",
    Severity.INFO,
    "image is smaller than the resolution",
    "images are smaller than the resolution",
    "With bucket_no_upscale it is trained in a bucket of its own size, and not enlarged.",
)
ASSUMED = Rule(
    "image-under-resolution",
    Severity.INFO,
    "image is smaller than the resolution would be",
    "images are smaller than the resolution would be",
    "Neither a config nor settings name a resolution here, so the one that suits most images stands in.",
)
UNDER_STEP = Rule(
    "image-under-bucket-step",
    Severity.ERROR,
    "image has a side shorter than bucket_reso_steps",
    "images have a side shorter than bucket_reso_steps",
    "With bucket_no_upscale its bucket would be 0 pixels wide or high, and the trainer stops.",
    "Replace it by a larger one, throw it away, or unset bucket_no_upscale.",
)
NOT_THE_RESOLUTION = Rule(
    "image-not-resolution",
    Severity.WARNING,
    "image has another size than the resolution, and buckets are off",
    "images have another size than the resolution, and buckets are off",
    "Without enable_bucket the trainer stops at it (AssertionError); with cached latents it crops it instead.",
    "Set enable_bucket = true for its dataset.",
)
