"""Sample pictures while training, named as the trainer names them (library/train_util.py, sample_images_common)."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from sdtui.base.errors import SdtuiError
from sdtui.rehearsal import words
from sdtui.rehearsal.arguments import Arguments
from sdtui.rehearsal.captions import token_ids
from sdtui.rehearsal.flow import draw
from sdtui.rehearsal.model import Denoiser
from sdtui.rehearsal.pictures import Shrink, to_picture
from sdtui.trainer.prompts import SamplePrompt, read_prompts

log = logging.getLogger(__name__)

_ENLARGED = 8
"""A picture of 32 pixels is a stamp on any screen: it is saved eight times larger (256 pixels for a square)."""
_LARGEST = 96
"""Pixels of the model's longer side: a prompt may ask for any size."""
_LONGEST_PROMPT = 225


def samples_due(arguments: Arguments, step: int, epoch: int | None) -> bool:
    """True when samples are to be drawn: at ``step`` (``epoch`` None), or at the end of ``epoch``; 0 is the start."""
    if step == 0:
        return arguments.sample_at_first
    if arguments.sample_every_n_epochs is not None:
        return epoch is not None and epoch % arguments.sample_every_n_epochs == 0
    every = arguments.sample_every_n_steps
    return every is not None and epoch is None and step % every == 0


class Sampler:
    """Draws the prompts of a file and saves the pictures in ``sample/`` of the output folder."""

    def __init__(self, arguments: Arguments, shrink: Shrink) -> None:
        self._arguments = arguments
        self._shrink = shrink

    def sample(self, model: Denoiser, step: int, epoch: int | None) -> None:
        """Draw every prompt once. A prompt file that is gone or cannot be read is logged, and training goes on."""
        log.info("")
        log.info(words.sampling(step))
        folder = Path(self._arguments.output_dir) / "sample"
        folder.mkdir(parents=True, exist_ok=True)
        for prompt in tqdm(self._prompts()):
            log.info(f"prompt: {prompt.prompt}")
            picture = self._draw(model, prompt)
            picture.save(folder / self._name(prompt, step, epoch))

    def _prompts(self) -> tuple[SamplePrompt, ...]:
        path = Path(self._arguments.sample_prompts or "")
        if not path.is_file():
            log.error(f"No prompt file / プロンプトファイルがありません: {path}")
            return ()
        try:
            return read_prompts(path)
        except SdtuiError as error:
            log.error(error.sentence())
            return ()

    def _draw(self, model: Denoiser, prompt: SamplePrompt) -> Image.Image:
        device = next(model.parameters()).device
        width, height = self._shrink.size(prompt.width or 512, prompt.height or 512)
        # Drawn on the CPU, so that a seed means the same picture on every machine.
        chance = torch.Generator()
        chance.manual_seed(prompt.seed) if prompt.seed is not None else chance.seed()
        noise = torch.randn(1, 3, min(height, _LARGEST), min(width, _LARGEST), generator=chance).to(device)
        text, negative = _encoded(model, (prompt.prompt, prompt.negative or ""), device).chunk(2)
        scale = torch.tensor([_guidance(prompt.scale)], device=device)
        pixels = draw(model, noise, text, negative, prompt.steps or 30, scale)[0]
        picture = to_picture(pixels)
        return picture.resize((picture.width * _ENLARGED, picture.height * _ENLARGED), Image.Resampling.LANCZOS)

    def _name(self, prompt: SamplePrompt, step: int, epoch: int | None) -> str:
        name = f"{self._arguments.output_name}_" if self._arguments.output_name else ""
        when = f"e{epoch:06}" if epoch is not None else f"{step:06}"
        seed = f"_{prompt.seed}" if prompt.seed is not None else ""
        return f"{name}{when}_{prompt.index:02}_{time.strftime('%Y%m%d%H%M%S')}{seed}.png"


def _guidance(scale: float | None) -> float:
    """What a prompt's ``--l`` is to a tiny model: 7.5, good for Stable Diffusion, would burn its colours out."""
    return 1 + ((7.5 if scale is None else scale) - 1) / 3


@torch.no_grad()
def _encoded(model: Denoiser, texts: Iterable[str], device: torch.device) -> Tensor:
    ids, real = token_ids(list(texts), _LONGEST_PROMPT)
    encoded: Tensor = model.text(ids.to(device), real.to(device))
    return encoded
