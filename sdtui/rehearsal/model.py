"""The model: a small convolutional UNet that predicts the clean picture from a noisy one, a time, and a text."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from sdtui.rehearsal.text import TextEncoder

_CONDITION = 256
_GROUPS = 8
_FREQUENCIES = 32


class Block(nn.Module):
    """Two convolutions; the condition scales and shifts what lies between them."""

    def __init__(self, inward: int, outward: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(_GROUPS, inward)
        self.conv1 = nn.Conv2d(inward, outward, 3, padding=1)
        self.condition = nn.Linear(_CONDITION, 2 * outward)
        self.norm2 = nn.GroupNorm(_GROUPS, outward)
        self.conv2 = _silent(nn.Conv2d(outward, outward, 3, padding=1))
        self.skip = nn.Conv2d(inward, outward, 1) if inward != outward else nn.Identity()

    def forward(self, features: Tensor, condition: Tensor) -> Tensor:
        """``features`` (batch, channels, height, width), ``condition`` (batch, 256)."""
        hidden = self.conv1(functional.silu(self.norm1(features)))
        scale, shift = self.condition(condition)[:, :, None, None].chunk(2, dim=1)
        hidden = self.conv2(functional.silu(self.norm2(hidden) * (1 + scale) + shift))
        out: Tensor = self.skip(features) + hidden
        return out


class Attention(nn.Module):
    """Every place looks at every other, at the smallest size."""

    def __init__(self, channels: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(_GROUPS, channels)
        self.into = nn.Conv2d(channels, 3 * channels, 1)
        self.out = _silent(nn.Conv2d(channels, channels, 1))

    def forward(self, features: Tensor) -> Tensor:
        """(batch, channels, height, width)."""
        batch, channels, height, width = features.shape
        split = self.into(self.norm(features)).view(batch, 3, self.heads, channels // self.heads, height * width)
        query, key, value = split.transpose(3, 4).unbind(1)
        seen = functional.scaled_dot_product_attention(query, key, value)
        out: Tensor = features + self.out(seen.transpose(2, 3).reshape(batch, channels, height, width))
        return out


class Denoiser(nn.Module):
    """About 3 million parameters. Pictures are (batch, 3, height, width) from -1 to 1, both sides even."""

    def __init__(self, widths: tuple[int, int, int] = (64, 96, 128)) -> None:
        super().__init__()
        wide, middle, deep = widths
        self.text = TextEncoder(out=_CONDITION)
        self.time = nn.Sequential(nn.Linear(2 * _FREQUENCIES, _CONDITION), nn.SiLU(), nn.Linear(_CONDITION, _CONDITION))
        # Four pixels become one place with four times the channels: at full size a step would take four times as long.
        # Replicated edges: zeros around a picture would show as a frame in it.
        self.enter = nn.Conv2d(12 + 3, wide, 3, padding=1, padding_mode="replicate")
        self.down1, self.shrink1 = Block(wide, wide), nn.Conv2d(wide, middle, 3, stride=2, padding=1)
        self.down2, self.shrink2 = Block(middle, middle), nn.Conv2d(middle, deep, 3, stride=2, padding=1)
        self.deep1, self.attention, self.deep2 = Block(deep, deep), Attention(deep), Block(deep, deep)
        self.up2, self.up1 = Block(deep + middle, middle), Block(middle + wide, wide)
        self.norm = nn.GroupNorm(_GROUPS, wide)
        self.leave = _silent(nn.Conv2d(wide, 12, 3, padding=1, padding_mode="replicate"))

    def forward(self, noisy: Tensor, time: Tensor, ids: Tensor, real: Tensor) -> Tensor:
        """The clean picture. ``time`` (batch,) goes from 0, clean, to 1, only noise."""
        return self.denoise(noisy, time, self.text(ids, real))

    def denoise(self, noisy: Tensor, time: Tensor, text: Tensor) -> Tensor:
        """As ``forward``, for a text that was encoded already."""
        condition = functional.silu(self.time(_waves(time)) + text)
        places = functional.pixel_unshuffle(noisy, 2)
        first = self.down1(self.enter(torch.cat([places, _coordinates(places)], dim=1)), condition)
        second = self.down2(self.shrink1(first), condition)
        features = self.deep1(self.shrink2(second), condition)
        features = self.deep2(self.attention(features), condition)
        features = self.up2(_joined(features, second), condition)
        features = self.up1(_joined(features, first), condition)
        return functional.pixel_shuffle(self.leave(functional.silu(self.norm(features))), 2)


def _joined(small: Tensor, large: Tensor) -> Tensor:
    return torch.cat([functional.interpolate(small, size=large.shape[2:]), large], dim=1)


def _waves(time: Tensor) -> Tensor:
    angles = time[:, None] * torch.exp(torch.linspace(0, math.log(1000), _FREQUENCIES, device=time.device))
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def _coordinates(places: Tensor) -> Tensor:
    """Where each place is: across, down, and how near the middle, where most pictures have their subject."""
    batch, _, height, width = places.shape
    down = torch.linspace(-1, 1, height, device=places.device)[:, None].expand(height, width)
    across = torch.linspace(-1, 1, width, device=places.device)[None, :].expand(height, width)
    middle = 2 * torch.exp(-2 * (across**2 + down**2)) - 1
    return torch.stack([across, down, middle]).to(places.dtype).expand(batch, 3, height, width)


def _silent(layer: nn.Conv2d) -> nn.Conv2d:
    """Starts at zero, so that the block is a plain connection at first."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
