"""Walks over the text of a filter: words, text in quotes, regular expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sdtui.dataset.query.errors import QueryError
from sdtui.dataset.query.nodes import Glob, Regex
from sdtui.dataset.query.patterns import compiled

QUOTES = "\"'"
_FLAGS = re.compile(r"[^\W\d_]*")


@dataclass
class Scanner:
    """Where in ``text`` the reading has come to."""

    text: str
    at: int = 0

    @property
    def ended(self) -> bool:
        return self.at >= len(self.text)

    @property
    def here(self) -> str:
        """The next character; nothing at the end."""
        return self.text[self.at : self.at + 1]

    def error(self, what: str, position: int | None = None, *, remedy: str | None = None) -> QueryError:
        return QueryError(what, self.text, self.at if position is None else position, remedy=remedy)

    def skip_blanks(self) -> None:
        while self.here.isspace():
            self.at += 1

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What matches here, passed over."""
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def peek(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What matches here."""
        return pattern.match(self.text, self.at)

    def value(self) -> Glob | Regex:
        """Quotes, a regular expression or a word; there is no blank here and the end is not reached."""
        if self.here in QUOTES:
            return self.quoted()
        return self.regex() if self.text.startswith("~/", self.at) else self.word()

    def word(self) -> Glob:
        """Text to the next blank, or to a parenthesis that closes what was not opened in it."""
        opened: list[int] = []
        found: list[str] = []
        while not self.ended and not self.here.isspace():
            if self.here == ")" and not opened:
                break
            if self.here == "(":
                opened.append(self.at)
            elif self.here == ")":
                opened.pop()
            found.append(self._letter())
        if opened:
            raise self.error(
                "This parenthesis is not closed within the word",
                opened[-1],
                remedy='Put text with a single parenthesis into quotes: tag:":("',
            )
        return Glob("".join(found))

    def quoted(self) -> Glob:
        """Text in quotes; a backslash takes the meaning from a quote, a wildcard, or a backslash."""
        start, quote = self.at, self.here
        self.at += 1
        found: list[str] = []
        while self.here != quote:
            if self.ended:
                raise self.error("This quote is not closed", start, remedy='It takes two: caption:"a red circle"')
            if self.text.startswith("\\" + quote, self.at):
                self.at += 1
            found.append(self._letter())
        self.at += 1
        if not found:
            raise self.error(
                "There is nothing between the quotes",
                start,
                remedy="For captions without a word there is is:empty",
            )
        self._end_of_value("quote")
        return Glob("".join(found), quoted=True)

    def regex(self) -> Regex:
        """``~/.../`` with its flags."""
        start = self.at
        self.at += 2
        while self.here != "/":
            self.at += 2 if self.here == "\\" else 1
            if self.at >= len(self.text):
                raise self.error("This regular expression is not closed", start, remedy="It ends in a slash: ~/^a cat/")
        pattern = self.text[start + 2 : self.at]
        self.at += 1
        if not pattern:
            raise self.error("There is nothing between the slashes", start, remedy="For example: ~/^a cat/")
        flags = self._flags()
        compiled(pattern, flags, self.text, start + 2)
        self._end_of_value("slash")
        return Regex(pattern, flags, start)

    def _flags(self) -> str:
        match = self.take(_FLAGS)
        flags = match.group() if match else ""
        for offset, flag in enumerate(flags):
            if flag not in "imsx":
                raise self.error(
                    f'"{flag}" is no flag of a regular expression',
                    self.at - len(flags) + offset,
                    remedy="There are i (case does not count), m, s and x: ~/circle/i",
                )
        return "".join(sorted(set(flags)))

    def _letter(self) -> str:
        """The next character as a Glob writes it, passed over."""
        letter = self.here
        self.at += 1
        if letter != "\\":
            return letter
        if self.here and self.here in "*?\\":
            letter += self.here
            self.at += 1
            return letter
        return "\\\\"

    def _end_of_value(self, what: str) -> None:
        if not (self.ended or self.here.isspace() or self.here == ")"):
            raise self.error(
                f"After the closing {what} there must be a blank", remedy='For example: "a b" OR caption:c'
            )
