"""From token ids to one vector that conditions the denoiser."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_ROWS = 2048
_MIX = (7919, 13)
_LONGEST = 256
_LOUD = 8.0


class TextEncoder(nn.Module):
    """Embeds tokens, lets neighbours colour each other (``red`` before ``circle``), and pools with learned queries.

    CLIP's 49,408 ids share two tables of 2,048 rows, each id by two different rows: few captions hold enough words for
    two of them to meet in both, and a full table would be ten times the rest of the model.
    """

    def __init__(self, *, width: int = 128, queries: int = 8, out: int = 256) -> None:
        super().__init__()
        self.first = nn.Embedding(_ROWS, width)
        self.second = nn.Embedding(_ROWS, width)
        self.place = nn.Embedding(_LONGEST, width)
        for table, spread in ((self.first, 0.7), (self.second, 0.7), (self.place, 0.5)):
            nn.init.normal_(table.weight, std=spread)
        self.neighbours = nn.ModuleList(nn.Conv1d(width, 2 * width, 3, padding=1) for _ in range(2))
        self.norm = nn.LayerNorm(width)
        self.attend = nn.Linear(width, queries)
        self.values = nn.Linear(width, width)
        self.out = nn.Linear(width * queries, out)
        with torch.no_grad():
            # Heard from the first step on: at the usual scale, binding colours to things took twice as many steps.
            self.out.weight.mul_(_LOUD)

    def forward(self, ids: Tensor, real: Tensor) -> Tensor:
        """``ids`` and ``real`` (batch, tokens) to (batch, out)."""
        kept = real.unsqueeze(-1)
        tokens = self.first(ids % _ROWS) + self.second(ids * _MIX[0] // _MIX[1] % _ROWS)
        tokens = (tokens + self.place.weight[: ids.shape[1]]) * kept
        for layer in self.neighbours:
            mixed = functional.glu(layer(tokens.transpose(1, 2)).transpose(1, 2), dim=-1)
            tokens = (tokens + mixed) * kept
        tokens = self.norm(tokens)
        attention = self.attend(tokens).masked_fill(~kept, float("-inf")).softmax(dim=1)
        pooled = torch.einsum("blq,bld->bqd", attention, self.values(tokens))
        out: Tensor = self.out(pooled.flatten(1))
        return out
