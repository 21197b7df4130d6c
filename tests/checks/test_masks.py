"""Findings about masks, as the trainer takes them: the red channel, without alpha, cut off at 255."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from sdtui.base.work import finish
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.fixes import fix
from sdtui.checks.masks import mask_findings
from sdtui.dataset.scan import open_project
from sdtui.plans.journal import Journal
from sdtui.trainer.profiles import parse_settings
from tests.dataset.making import image


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A subset with masks, in which all is well, and one without."""
    for name in ("a", "b", "c"):
        pair(tmp_path / "set", name, Image.new("L", (64, 64), 255))
    image(tmp_path / "set" / "1_cat" / "z.png", 64, 64)
    return tmp_path / "set"


def pair(root: Path, name: str, mask: Image.Image | None, size: tuple[int, int] = (64, 64)) -> None:
    image(root / "3_dog" / f"{name}.png", *size)
    if mask is not None:
        path = root / "3_dog" / "conditioning" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        mask.save(path)


def found(path: Path, *settings: str, profile: str | None = None) -> dict[str, Finding]:
    chosen = parse_settings(profile, settings) if profile else None
    findings = finish(mask_findings(open_project(path), chosen))
    return {finding.code: finding for finding in findings}


def names(finding: Finding) -> list[str]:
    return sorted(path.name for path in finding.files)


def config(root: Path, *, masks: bool = True, dataset: str = "enable_bucket = true\n", subset: str = "") -> Path:
    file = root / "c.toml"
    folder = f'conditioning_data_dir = "{root}/3_dog/conditioning"\n' if masks else ""
    file.write_text(
        f"[[datasets]]\nresolution = 64\nmin_bucket_reso = 64\n{dataset}[[datasets.subsets]]\n"
        f'image_dir = "{root}/3_dog"\ncaption_extension = ".txt"\n{folder}{subset}'
    )
    return file


def test_each_kind_of_mask_is_one_finding_with_its_images(root: Path) -> None:
    pair(root, "none", None)
    pair(root, "black", Image.new("L", (64, 64), 3))
    pair(root, "red", Image.new("RGB", (64, 64), (255, 0, 0)))
    pair(root, "grey", Image.new("RGB", (64, 64), (90, 90, 90)))
    pair(root, "alpha", Image.new("LA", (64, 64), (255, 0)))
    pair(root, "deep", Image.new("I;16", (64, 64), 1000))
    pair(root, "size", Image.new("L", (32, 64), 255))
    (root / "3_dog" / "conditioning" / "nobody.png").write_bytes((root / "3_dog" / "conditioning/a.png").read_bytes())
    image(root / "3_dog" / "broken.png", 64, 64)
    (root / "3_dog" / "conditioning" / "broken.png").write_bytes(b"no picture")
    by_code = found(root)
    assert {code: (finding.severity.value, names(finding)) for code, finding in by_code.items()} == {
        "mask-none": ("error", ["none.png"]),
        "mask-size": ("error", ["size.png"]),
        "mask-surplus": ("error", ["nobody.png"]),
        "mask-unreadable": ("error", ["broken.png"]),
        "mask-black": ("warning", ["black.png"]),
        "mask-not-grey": ("warning", ["red.png"]),
        "mask-transparent": ("warning", ["alpha.png"]),
        "mask-16-bit": ("warning", ["deep.png"]),
        "mask-partly": ("info", ["1_cat"]),
    }


def test_masks_are_mended_and_brought_back(root: Path) -> None:
    half = Image.new("LA", (64, 64), (255, 0))
    half.paste((255, 255), (0, 0, 32, 64))
    pair(root, "alpha", half)
    mask = root / "3_dog" / "conditioning" / "alpha.png"
    before = mask.read_bytes()
    (root / "3_dog" / "conditioning" / "nobody.png").write_bytes(before)
    project = open_project(root)
    journal = Journal(project.home)
    for code in ("mask-surplus", "mask-transparent"):
        journal.apply(finish(fix(project, found(root)[code])).plan)
    assert not (root / "3_dog" / "conditioning" / "nobody.png").exists()
    with Image.open(mask) as mended:
        assert not mended.has_transparency_data
        assert [mended.convert("L").getpixel(place) for place in ((5, 5), (60, 5))] == [255, 0]
    assert not {"mask-surplus", "mask-transparent"} & set(found(root))
    for _ in range(2):
        journal.undo()
    assert mask.read_bytes() == before
    assert (root / "3_dog" / "conditioning" / "nobody.png").exists()


def test_a_mask_of_the_same_shape_is_scaled_to_its_image(root: Path) -> None:
    mask = Image.new("L", (65, 32), 0)
    mask.paste(255, (0, 0, 32, 32))
    pair(root, "scaled", mask, (128, 63))
    pair(root, "cropped", mask, (128, 128))
    project = open_project(root)
    proposal = finish(fix(project, found(root)["mask-size"]))
    assert [path.name for path, _ in proposal.left_out] == ["cropped.png"]
    Journal(project.home).apply(proposal.plan)
    with Image.open(root / "3_dog" / "conditioning" / "scaled.png") as scaled:
        assert (scaled.size, scaled.getpixel((20, 30)), scaled.getpixel((100, 30))) == ((128, 63), 255, 0)
    assert names(found(root)["mask-size"]) == ["cropped.png"]


def test_images_without_a_mask_get_a_white_one(root: Path) -> None:
    pair(root, "tall", None, (70, 133))
    project = open_project(root)
    Journal(project.home).apply(finish(fix(project, found(root)["mask-none"])).plan)
    with Image.open(root / "3_dog" / "conditioning" / "tall.png") as mask:
        assert (mask.size, mask.mode, mask.getextrema()) == ((70, 133), "L", (255, 255))
    assert set(found(root)) == {"mask-partly"}


def test_without_buckets_a_mask_of_another_size_is_stretched(root: Path) -> None:
    pair(root, "size", Image.new("L", (32, 64), 255))
    assert found(config(root))["mask-size"].severity is Severity.ERROR
    assert found(config(root, dataset=""))["mask-size"].severity is Severity.WARNING


def test_random_crop_does_not_go_with_masks(root: Path) -> None:
    assert names(found(config(root, subset="random_crop = true\n"))["mask-random-crop"]) == ["3_dog"]
    assert "mask-random-crop" not in found(config(root, masks=False, subset="random_crop = true\n"))


def test_images_with_masks_cannot_be_split_for_validation(root: Path) -> None:
    assert names(found(config(root, dataset="validation_split = 0.4\n"))["mask-validation"]) == ["3_dog"]
    assert names(found(root, "validation_split=0.4", profile="sd15-lora")["mask-validation"]) == ["3_dog"]
    assert "mask-validation" not in found(config(root, dataset="validation_split = 0.2\n"))  # no image of three
    assert "mask-validation" not in found(config(root, masks=False, dataset="validation_split = 0.4\n"))


def test_conditioning_images_of_a_controlnet_may_have_colours(root: Path) -> None:
    for name in ("a", "b", "c"):
        pair(root, name, Image.new("RGB", (64, 64), (0, 0, 255)))
    assert "mask-not-grey" not in found(config(root))  # all of them in colours are no masks
    by_code = found(config(root), profile="sd15-lora")
    assert (names(by_code["mask-not-grey"]), names(by_code["mask-black"])) == (["a.png", "b.png", "c.png"],) * 2
    assert "mask-not-grey" not in found(config(root), "script=train_control_net.py", profile="sd15-lora")


def test_masks_that_the_run_does_not_use(root: Path) -> None:
    assert "masked-loss-off" in found(root, "masked_loss=false", profile="sd15-lora")
    assert not {"masked-loss-off", "mask-unused"} & set(found(root, profile="sd15-lora"))
    assert names(found(root, profile="sdxl-finetune")["mask-unused"]) == ["3_dog"]


def test_a_masked_loss_without_masks(root: Path) -> None:
    plain = config(root, masks=False)
    assert "masked-loss-idle" in found(plain, "masked_loss=true", profile="sd15-lora")
    by_alpha = config(root, masks=False, subset="alpha_mask = true\n")
    assert "masked-loss-idle" not in found(by_alpha, "masked_loss=true", profile="sd15-lora")


def test_alpha_masks_need_a_loss_of_each_pixel_in_sdxl_train(root: Path) -> None:
    file = config(root, masks=False, subset="alpha_mask = true\n")
    assert "alpha-mask-idle" in found(file, "min_snr_gamma=", profile="sdxl-finetune")
    assert "alpha-mask-idle" not in found(file, "min_snr_gamma=5", profile="sdxl-finetune")
    assert "alpha-mask-idle" not in found(file, profile="sdxl-lora")


def test_a_folder_of_masks_that_is_not_there_is_told_by_the_config_check_alone(root: Path) -> None:
    file = config(root)
    file.write_text(
        file.read_text().replace("conditioning", "nowhere").replace("nowhere_data_dir", "conditioning_data_dir")
    )
    assert found(file) == {}
