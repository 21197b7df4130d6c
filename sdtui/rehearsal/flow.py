"""Flow matching: pictures mixed with noise along a straight line, the loss, and the way back from noise to picture.

As in "Flow Matching for Generative Modeling" (Lipman et al., 2023), with the clean picture as what is predicted.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from sdtui.rehearsal.data import Batch
from sdtui.rehearsal.model import Denoiser

DROPPED = 0.1
"""Part of the captions that is left out in training, so that guidance has something to compare with."""
_EVEN = 0.7
"""Below this time a mistake counts less: the smallest ones, just before the end, would else outweigh all others."""
_NOISIER = 0.8
"""Moves training towards the noisy half: shapes and colours are decided there."""
_SHIFT = 3.0
"""Sampling takes more of its steps near the noise, for the same reason."""


def draw_times(count: int, device: torch.device) -> Tensor:
    """Times (count,), more of them in the noisy half, spread evenly over the batch so that the loss is steadier."""
    even = (torch.randperm(count, device=device) + torch.rand(count, device=device)) / count
    return torch.sigmoid(torch.special.ndtri(even.clamp(1e-4, 1 - 1e-4)) + _NOISIER)


def drop_captions(real: Tensor) -> Tensor:
    """``real`` with some rows cut down to the begin token, as if the caption were empty."""
    dropped = torch.rand(len(real), device=real.device) < DROPPED
    first = torch.arange(real.shape[1], device=real.device) == 0
    return torch.where(dropped[:, None], real & first, real)


def loss_of(model: Denoiser, batch: Batch) -> Tensor:
    """The mean loss of a batch; where ``weight`` is 0 nothing is learnt."""
    pixels = batch["pixels"]
    time = draw_times(len(pixels), pixels.device)
    at = time[:, None, None, None]
    noise = torch.randn_like(pixels)
    clean = model((1 - at) * pixels + at * noise, time, batch["ids"], drop_captions(batch["real"]))
    missed = ((clean.float() - pixels) / at.clamp(min=_EVEN)) ** 2
    loss: Tensor = (missed * batch["weight"]).mean()
    return loss


@torch.no_grad()
def draw(model: Denoiser, noise: Tensor, text: Tensor, negative: Tensor, steps: int, scale: Tensor) -> Tensor:
    """Pictures (batch, 3, h, w) from -1 to 1 out of ``noise``. ``text`` and ``negative`` are encoded, (batch, 256).

    ``scale`` (batch,) is the guidance: 1 takes the text alone, more goes further away from ``negative``.
    """
    pictures = noise
    even = torch.linspace(1, 0, steps + 1)
    times = (_SHIFT * even / (1 + (_SHIFT - 1) * even)).tolist()
    both = torch.cat([text, negative])
    for now, after in pairwise(times):
        time = torch.full((len(both),), now, device=noise.device)
        wanted, unwanted = model.denoise(torch.cat([pictures, pictures]), time, both).float().chunk(2)
        clean = (unwanted + scale[:, None, None, None] * (wanted - unwanted)).clamp(-1, 1)
        pictures = clean + (after / now) * (pictures - clean)
    return pictures
