"""Numbers as people read them."""

from __future__ import annotations

import pytest

from sdtui.base.text import speed


@pytest.mark.parametrize(
    ("it_per_s", "said"),
    [
        (0.0, "· it/s"),
        (0.4, "2.5 s/it"),
        (0.0005, "2,000 s/it"),
        (1.0, "1.0 it/s"),
        (3.96, "4.0 it/s"),
        (9.96, "10 it/s"),
        (142.3, "142 it/s"),
    ],
)
def test_a_speed_has_as_many_digits_as_it_needs(it_per_s: float, said: str) -> None:
    assert speed(it_per_s) == said
