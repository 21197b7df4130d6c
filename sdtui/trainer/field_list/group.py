"""How the fields of one group are written down."""

from __future__ import annotations

from dataclasses import dataclass

from sdtui.trainer.fields import Field


@dataclass(frozen=True, slots=True)
class Group:
    """Makes fields of the group called ``name``, without a default: each profile gives its own."""

    name: str

    def __call__(
        self,
        key: str,
        title: str,
        kind: str,
        help: str,
        *,
        choices: tuple[str, ...] = (),
        minimum: float | None = None,
        maximum: float | None = None,
        argument: bool = True,
    ) -> Field:
        return Field(key, title, self.name, kind, None, help, choices, minimum, maximum, argument)
