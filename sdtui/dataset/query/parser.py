"""From the text of a filter to its nodes, with errors that point at a character."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from sdtui.base.text import count
from sdtui.dataset.query.errors import QueryError
from sdtui.dataset.query.nodes import FLAGS, NUMBER_FIELDS, TEXT_FIELDS, Is, Node, Not, Number, Text, both, either
from sdtui.dataset.query.scanner import Scanner

_LONGEST = 10_000
_DEEPEST = 100
"""Parentheses and NOT within each other."""
_OPERATOR = re.compile(r"(and|or|not)(?![^\s()])", re.IGNORECASE)
_MINUS = re.compile(r"-(?=[^\W_]|[\"'(]|~/)")
_NUMBER_FIELD = re.compile(rf"({'|'.join(NUMBER_FIELDS)})\s*(?=[:=<>≤≥≠]|!=)", re.IGNORECASE)
_SIGN = re.compile(r":?\s*(<=|>=|!=|==|=<|=>|<>|[=<>≤≥≠])|:")
_WHOLE = re.compile(r"-?[0-9]+(?![^\s()])")
_SIGNS = {"==": "=", "=<": "<=", "=>": ">=", "<>": "!=", "≤": "<=", "≥": ">=", "≠": "!="}
_TEXT_FIELD = re.compile(rf"({'|'.join((*TEXT_FIELDS, 'is'))})(:|[=<>]|!=)", re.IGNORECASE)
_LIKE_A_FIELD = re.compile(r"([A-Za-z]+)(:|(?:[=<>≤≥≠]|!=)+-?[0-9]+(?![^\s()]))")
_TO_BLANK = re.compile(r"[^\s()]*")
_HUGE = 18
"""Digits of a number that no image reaches."""


def understand(text: str) -> Node | None:
    """The filter that ``text`` says; None where it says nothing. Raises QueryError."""
    if len(text) > _LONGEST:
        raise QueryError(f"A filter has at most {count(_LONGEST)} characters", text, _LONGEST)
    return _Parser(Scanner(text)).whole()


@dataclass
class _Parser:
    scanner: Scanner
    depth: int = 0

    def whole(self) -> Node | None:
        self.scanner.skip_blanks()
        if self.scanner.ended:
            return None
        node = self._either()
        if not self.scanner.ended:
            raise self.scanner.error(
                "This parenthesis closes nothing", remedy='Put text with a single parenthesis into quotes: tag:":)"'
            )
        return node

    def _either(self) -> Node:
        parts = [self._both()]
        while self._taken("or"):
            parts.append(self._both())
        return either(parts)

    def _both(self) -> Node:
        parts = [self._operand()]
        while not (self.scanner.ended or self.scanner.here == ")" or self._next_operator() == "or"):
            self._taken("and")
            parts.append(self._operand())
        return both(parts)

    def _operand(self) -> Node:
        start = self.scanner.at
        if self._taken("not") or self.scanner.take(_MINUS):
            return Not(self._deeper(start, self._operand))
        if self.scanner.ended:
            raise self._nothing(start)
        if self.scanner.here == "(":
            return self._deeper(start, self._group)
        if self.scanner.here == ")" or self._next_operator():
            raise self._nothing(start)
        node = self._term()
        self.scanner.skip_blanks()
        return node

    def _deeper(self, start: int, read: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.scanner.error(f"More than {_DEEPEST} parentheses or NOT stand within each other here", start)
        node = read()
        self.depth -= 1
        return node

    def _group(self) -> Node:
        start = self.scanner.at
        self.scanner.at += 1
        self.scanner.skip_blanks()
        if self.scanner.here == ")":
            raise self.scanner.error(
                "There is nothing between the parentheses", start, remedy="For example: (tag:cat OR tag:dog) is:over"
            )
        node = self._either()
        if self.scanner.here != ")":
            raise self.scanner.error(
                "This parenthesis is not closed", start, remedy="For example: (tag:cat OR tag:dog) is:over"
            )
        self.scanner.at += 1
        self.scanner.skip_blanks()
        return node

    # -- words ---------------------------------------------------------------------------------------------------------

    def _next_operator(self) -> str | None:
        match = self.scanner.peek(_OPERATOR)
        return match.group(1).lower() if match else None

    def _taken(self, operator: str) -> bool:
        if self._next_operator() != operator:
            return False
        self.scanner.at += len(operator)
        self.scanner.skip_blanks()
        return True

    def _nothing(self, position: int) -> QueryError:
        """An error for an operator without what it is about."""
        operator = self._next_operator()
        if operator:
            return self.scanner.error(
                f"Something to look for is missing before {operator.upper()}",
                position,
                remedy=f'The word itself is found in quotes: "{operator}"',
            )
        return self.scanner.error(
            "Something to look for is missing here", position, remedy="For example: tag:cat AND NOT is:over"
        )

    def _term(self) -> Node:
        scanner = self.scanner
        start = scanner.at
        if match := scanner.take(_NUMBER_FIELD):
            return self._number(match.group(1).lower(), start)
        if match := scanner.take(_TEXT_FIELD):
            return self._text(match.group(1).lower(), match.group(2), start)
        if match := scanner.peek(_LIKE_A_FIELD):
            raise self._no_such_field(match.group(1))
        return Text(None, scanner.value())

    def _number(self, field: str, start: int) -> Node:
        sign = self.scanner.take(_SIGN)
        assert sign is not None
        self.scanner.skip_blanks()
        at = self.scanner.at
        number = self.scanner.take(_WHOLE)
        if number is None:
            said = self._rest_of_word()
            after = self.scanner.text[start:at].rstrip()
            what = f'"{said}" is no whole number' if said else f"A number is missing after {after}"
            raise self.scanner.error(what, at, remedy=f"For example: {field}>75")
        if len(number.group()) > _HUGE:
            raise self.scanner.error("This number is too large", at, remedy=f"For example: {field}>75")
        written = sign.group(1) or "="
        return Number(field, _SIGNS.get(written, written), int(number.group()))

    def _text(self, field: str, sign: str, start: int) -> Node:
        scanner = self.scanner
        if sign != ":":
            raise scanner.error(
                f"{field} is no number: it takes a colon, not {sign}",
                start + len(field),
                remedy=f"For example: {_EXAMPLES[field]}",
            )
        if scanner.ended or scanner.here.isspace() or scanner.here == ")":
            raise scanner.error(f"Nothing stands after {field}:", remedy=f"For example: {_EXAMPLES[field]}")
        return self._flag() if field == "is" else Text(field, scanner.value())

    def _flag(self) -> Node:
        at = self.scanner.at
        said = self._rest_of_word()
        self.scanner.at += len(said)
        if said.lower() in FLAGS:
            return Is(said.lower())
        near = get_close_matches(said.lower(), FLAGS, 1)
        hint = f"Did you mean is:{near[0]}?" if near else f"There are {', '.join(FLAGS)}."
        raise self.scanner.error(f"There is no is:{said or '('}", at, remedy=hint)

    def _no_such_field(self, name: str) -> QueryError:
        fields = (*TEXT_FIELDS, *NUMBER_FIELDS, "is")
        near = get_close_matches(name.lower(), fields, 1)
        hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(fields)}."
        word = self._rest_of_word()
        shown = word if len(word) <= 30 else f"{name}:..."
        return self.scanner.error(
            f'"{name}" is nothing that can be asked of an image',
            remedy=f'{hint} The text itself is found in quotes: "{shown}"',
        )

    def _rest_of_word(self) -> str:
        match = self.scanner.peek(_TO_BLANK)
        return match.group() if match else ""


_EXAMPLES = {
    "tag": "tag:solo",
    "caption": 'caption:"a red circle"',
    "name": "name:circle_0*",
    "path": "path:10_circle/*",
    "subset": "subset:circle",
    "finding": "finding:caption-empty",
    "is": "is:over",
}
