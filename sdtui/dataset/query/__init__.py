"""The filter language: what images are meant, said on one line. The same in lists, bulk work and on the command line.

::

    red circle                  both words, each in the caption or in the image's name
    tag:solo                    a whole tag; part of it with wildcards: tag:*hair
    caption:"a red circle"      part of the caption, as the trainer reads it from the file
    name:circle_0* path:10_circle/*  subset:circle
                                part of it; with wildcards (* any text, ? one character) all of it
    tags>20 chars<=200 tokens>75 width=1024 height!=512 repeats>=10
                                numbers; tokens:75 and tokens:>75 mean the same as tokens=75 and tokens>75
    is:missing is:empty is:over is:borrowed is:broken is:masked is:reg is:reviewed is:flagged is:starred
    NOT a AND b OR c            in any case; NOT binds closest, OR least; side by side means AND
    -tag:x                      the same as NOT tag:x
    ( ... )                     groups; in a word they belong to it: tag:miku_(vocaloid)
    "..." '...'                 text with blanks; \" \\* \\? stand for the character itself
    ~/.../ caption:~/.../i      a regular expression found anywhere in it; /i ignores case, \\/ is a slash

Case never counts but in regular expressions. Unquoted, the underscore of a tag also stands for a blank, and a
parenthesis for one with a backslash before it: ``tag:miku_(vocaloid)`` finds the tag in every common spelling.
"""

from sdtui.dataset.query.errors import QueryError
from sdtui.dataset.query.query import Query, parse
from sdtui.dataset.query.select import matching, select, selecting
from sdtui.dataset.query.subject import Subject
from sdtui.dataset.query.writing import all_of, tag_filter

__all__ = ["Query", "QueryError", "Subject", "all_of", "matching", "parse", "select", "selecting", "tag_filter"]
