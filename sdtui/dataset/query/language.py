"""The filter language in lines of an example and what it means, for help on the screen and in the shell."""

from __future__ import annotations

LANGUAGE: tuple[tuple[str, str], ...] = (
    ("red circle", "both words, each in the caption or in the image's name"),
    ("tag:long_hair", "a whole tag, in any spelling: also long hair"),
    ('tag:"long_hair"', "in quotes just as it is written"),
    ("tag:*hair", "with wildcards: * is any text, ? any character"),
    ("tag:miku_(vocaloid)", "parentheses within a word belong to it"),
    ('caption:"a red circle"', "a part of what the trainer reads of the caption"),
    ("name:a path:reg/ subset:cat", "a part of it; with wildcards all of it: name:*.png"),
    ("~/^a .*circle/", "a regular expression; also caption:~/.../ and ~/.../i for any case"),
    ("tokens>75 tags<=20 chars=0", "numbers: = != < > <= >=; tokens:75 is tokens=75"),
    ("width>1024 height<512 repeats>5", "pixels, and how often the subset repeats"),
    ("is:missing is:empty", "no caption file; one without a word"),
    ("is:over", "more tokens than the limit"),
    ("is:borrowed is:broken", "another image's caption is read; something cannot be used"),
    ("is:reg is:masked", "regularization images; images with a mask"),
    ("finding:caption-empty", "what Checks has found of it; on the screen alone"),
    ("is:reviewed is:flagged is:starred", "as marked in Review"),
    ("NOT a AND (b OR c)", "in any case; words side by side mean AND; -tag:x is NOT tag:x"),
)
