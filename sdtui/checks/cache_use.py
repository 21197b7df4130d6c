"""Which caches a run would read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sdtui.checks.cache_rules import TAKEN_FOR_IMAGE, Rule
from sdtui.checks.finding import Severity
from sdtui.dataset.project import Project, Subset
from sdtui.trainer.cached_sizes import OLD_SUFFIXES, SUFFIXES, goes_by_names, suffix_of, text_suffix_of
from sdtui.trainer.caches import IMAGE_INFO_CACHE, TEXT_SUFFIXES
from sdtui.trainer.profiles import Settings

_WINDOW = 75


@dataclass(frozen=True, slots=True)
class CacheUse:
    """The endings of the caches that matter."""

    project: Project
    named: tuple[str, ...]
    """Of latent caches whose names say the size of an image."""
    latents: tuple[str, ...]
    """Of latent caches that are loaded."""
    texts: tuple[str, ...]
    """Of text encoder caches that are loaded."""
    misread: Rule | None
    """What there is to say where a cache is taken for the image itself; None where that does no harm."""
    tokens: int | None
    """Tokens of a caption with their begins and ends, as SDXL caches them; None where that is not known."""

    @classmethod
    def of(cls, project: Project, settings: Settings | None) -> CacheUse:
        """What a run of ``settings`` reads; without, whatever any could."""
        if settings is None:
            perhaps = replace(TAKEN_FOR_IMAGE, severity=Severity.WARNING)
            return cls(project, SUFFIXES, SUFFIXES, TEXT_SUFFIXES, perhaps, None)
        if settings.profile.rehearsal:
            return cls(project, (), (), (), None, None)
        script, text = settings.script, text_suffix_of(settings.script)
        to_disk = bool(settings["cache_latents_to_disk"])  # which sets cache_latents too (verify_training_args)
        cached = to_disk or bool(settings["cache_latents"])
        return cls(
            project,
            named=(suffix_of(script),) if goes_by_names(script, cache_latents=cached) else (),
            latents=(suffix_of(script),) if to_disk else (),
            texts=(text,) if text and settings["cache_text_encoder_outputs_to_disk"] else (),
            # With these two the path of the cache leads to the cache itself (get_latents_npz_path).
            misread=None if to_disk and suffix_of(script) in OLD_SUFFIXES else TAKEN_FOR_IMAGE,
            tokens=_tokens(settings) if script.startswith("sdxl") else None,
        )

    @property
    def sized(self) -> bool:
        """Whether the resolution of each dataset is known."""
        return bool(self.project.datasets) and all(options.resolution for options in self.project.datasets)

    def has_info(self, subset: Subset) -> bool:
        """Whether images and sizes of ``subset`` are read from a ``metadata_cache.json`` instead."""
        return (subset.image_dir / IMAGE_INFO_CACHE).is_file()


def _tokens(settings: Settings) -> int:
    """Windows of 75, one begin, one end (library/strategy_sdxl.py, SdxlTextEncodingStrategy)."""
    length = settings.number("max_token_length", _WINDOW)
    return length // _WINDOW * _WINDOW + 2
