"""The filter language: what images are meant, said on one line. The same in lists, bulk work and on the command line.

``language.LANGUAGE`` has an example of everything. NOT binds closest, then AND (which words side by side mean too),
then OR. Case never counts but in regular expressions. Without wildcards ``tag:`` means a whole tag and every other
field a part of the text; with wildcards tags, names, paths and subsets are meant whole, captions still in part.
Unquoted, the underscore of a tag also stands for a blank, and a parenthesis for one with a backslash before it, so
that ``tag:miku_(vocaloid)`` finds the tag in every common spelling. A backslash makes ``*`` and ``?`` mean themselves,
and within quotes the quote. ``caption:`` and tags are what the trainer reads from the file: its first line, or all of
them with enable_wildcard. ``path:`` begins at the project's folder.
"""

from sdtui.dataset.query.errors import QueryError
from sdtui.dataset.query.language import LANGUAGE
from sdtui.dataset.query.query import Query, parse
from sdtui.dataset.query.select import matching, select, selecting
from sdtui.dataset.query.subject import Findings, Subject
from sdtui.dataset.query.writing import all_of, tag_filter

__all__ = [
    "LANGUAGE",
    "Findings",
    "Query",
    "QueryError",
    "Subject",
    "all_of",
    "matching",
    "parse",
    "select",
    "selecting",
    "tag_filter",
]
