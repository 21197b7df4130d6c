"""Keys that are typed faster than the screen follows: each waits until what the one before called for is there.

Textual sends a key to whatever has the focus when the key arrives, and runs the action of the key before only when
that one has bubbled up. So of ``/red``, typed in one burst over a slow link, the letters would go to the list.

What leads nowhere is not waited for: text that is typed, and commands that are ``still``. A held key is dealt with as
fast as it comes, and the frames between are left out.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import events
from textual.message_pump import MessagePump
from textual.timer import Timer
from textual.widgets import Input, TextArea

from sdtui.tui.commands import REGISTRY

if TYPE_CHECKING:
    from textual.app import App

_ROUNDS = 6
"""Times that the focus may move on by itself after one key."""
_PATIENCE = 2.0
"""Seconds after which the next key is given, whatever the one before still waits for."""
_ORDERED = (events.Key, events.Paste, events.MouseDown, events.MouseUp)


class TypedAhead:
    """Gives an app its keys, pastes and clicks one after the other."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[events.Event] = deque()
        self._settling = False
        self._held = 0
        self._loose = False
        """Keys that lead nowhere are on their way."""
        self._turn = 0
        self._patience: Timer | None = None
        self._newest = float("-inf")

    @property
    def idle(self) -> bool:
        """Whether all that was typed has been dealt with."""
        return not (self._waiting or self._settling or self._held)

    def since_key(self) -> float:
        """Seconds since the newest key, paste or click; may be asked from any thread."""
        return time.monotonic() - self._newest

    def keeps(self, event: events.Event) -> bool:
        """Whether ``event`` must wait; it is given to the app's ``on_event`` again when its turn has come."""
        if not isinstance(event, _ORDERED) or event.is_forwarded:
            return False
        self._newest = time.monotonic()
        leads = self._leads(event)
        if self._settling or self._held or (leads and self._loose):
            self._waiting.append(event)
            if len(self._waiting) == 1:
                self._be_patient()
            if not self._settling and not self._held:
                self._begin()
            return True
        if leads:
            self._begin()
        self._loose = not leads
        return False

    def hold(self) -> Callable[[], None]:
        """What was typed since waits until the function that this gives back is called: for work in a thread."""
        self._held += 1
        turn = self._turn
        released = False

        def release() -> None:
            nonlocal released
            if not released and turn == self._turn:
                self._held -= 1
                self._go_on()
            released = True

        return release

    def _leads(self, event: events.Event) -> bool:
        """Whether ``event`` may move the focus or open another screen, or must be done before the next all the same."""
        focused = self._app.focused
        if focused is None:
            return True
        if isinstance(event, events.Paste):
            return False
        if not isinstance(event, events.Key):
            return True
        if isinstance(focused, Input | TextArea) and event.is_printable:
            return False
        # A text field's own keys are waited for: they are done on the way back, and a letter would overtake them.
        chain = [node._bindings.key_to_bindings.get(event.key, ()) for node in focused.ancestors_with_self]
        if any(each.priority for bound in chain for each in bound):
            return True
        commands = [REGISTRY.get(each.id or "") for each in next((bound for bound in chain if bound), ())]
        return not commands or not all(each is not None and each.still for each in commands)

    def _begin(self) -> None:
        """An event is on its way: find out when it has been dealt with."""
        self._settling = True
        self._app.call_later(self._round, self._turn, _ROUNDS)

    def _round(self, turn: int, left: int) -> None:
        """Follow the way that a key takes, and whatever was called for along it, up to the app and once more there."""
        if not self._app.is_running:
            self._settling = False  # it has ended meanwhile, and has no screen any more
            return
        focus = (self._app.screen, self._app.focused)
        way = [*(focus[1] or focus[0]).ancestors_with_self, self._app]
        _pass_through(way, partial(self._back, turn, left, focus))

    def _back(self, turn: int, left: int, focus: tuple[object, object]) -> None:
        if turn != self._turn:
            return
        moved = self._app.is_running and focus != (self._app.screen, self._app.focused)
        if left and (moved or left == _ROUNDS):
            self._round(turn, left - 1)
        else:
            self._settling = self._loose = False
            self._go_on()

    def _go_on(self) -> None:
        if self._waiting and not self._settling and not self._held:
            self._settling = True
            self._app.call_later(self._give)

    async def _give(self) -> None:
        self._settling = False
        while self._waiting and not self._settling and not self._held:
            if self._loose and self._leads(self._waiting[0]):
                self._begin()
                return
            event = self._waiting.popleft()
            self._be_patient()
            await self._app.on_event(event)

    def _be_patient(self) -> None:
        """Begin to wait anew, where there is something to wait for."""
        if self._patience is not None:
            self._patience.stop()
        self._patience = self._app.set_timer(_PATIENCE, self._lose_patience) if self._waiting else None

    def _lose_patience(self) -> None:
        self._turn += 1
        self._settling = self._loose = False
        self._held = 0
        self._go_on()


def _pass_through(way: Sequence[MessagePump], then: Callable[[], None]) -> None:
    """Call ``then`` when all that waits in the queues of ``way`` now has been dealt with, one after the other."""
    for place, node in enumerate(way):
        if node.call_later(_pass_through, way[place + 1 :], then):
            return
    then()
