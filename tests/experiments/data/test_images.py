from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from pydantic import ValidationError

from experiments.data import catalog, digits, shapes
from experiments.data.arrays import canonical
from experiments.data.image_settings import ImageDataSettings
from experiments.data.images import ImageData, balanced, load_images, resized
from report.errors import UserError
from tests.real_data import REAL, needed

draw = shapes.load
DRAWN = cache(draw)
FEW = replace(catalog.DATASETS["shapes"], train_size=600, test_size=200)


def load(data_dir: Path = Path("/nonexistent"), **settings: Any) -> ImageData:
    def never(name: str, folder: Path) -> None:
        raise OSError("Network is unreachable")

    return load_images(ImageDataSettings(**settings), data_dir, download=never)


@pytest.fixture
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shapes of one seed are drawn for the first test that wants them."""
    monkeypatch.setattr(shapes, "load", DRAWN)


@pytest.mark.usefixtures("drawn_once")
@pytest.mark.parametrize("name", ["digits", "shapes"])
def test_offline_sets_are_as_described(name: str) -> None:
    data, facts = load(name=name), catalog.DATASETS[name]
    assert (data.name, data.classes, data.sha256) == (facts.name, facts.classes, facts.sha256)
    assert data.synthetic == facts.synthetic == ("synthetic" in facts.title)
    assert data.image_shape == facts.image_shape
    for images, labels, size in (
        (data.train_images, data.train_labels, facts.train_size),
        (data.test_images, data.test_labels, facts.test_size),
    ):
        assert images.shape == (size, *facts.image_shape)
        assert images.dtype == torch.uint8
        assert labels.shape == (size,)
        assert labels.dtype == torch.int64
        assert labels.unique().tolist() == list(range(len(facts.classes)))


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_missing_data_is_one_clear_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"missing.*Network is unreachable.*--data-dir.*quick"):
        load(tmp_path, name=name)


def test_folder_that_may_not_be_entered(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_file(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", is_file)
    with pytest.raises(UserError, match=r"closed: cannot be used as data folder .*denied"):
        load(Path("closed"), name="mnist")


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_real_data(name: str) -> None:
    needed(name)
    data, facts = load(REAL, name=name), catalog.DATASETS[name]
    assert data.sha256 == facts.sha256
    assert data.train_images.shape == (facts.train_size, *facts.image_shape)
    known = {"mnist": (0.13066,), "cifar10": (0.49140, 0.48216, 0.44653)}[name]
    assert data.mean == pytest.approx(known, abs=5e-6)


def test_digits_keep_their_gray_levels() -> None:
    from sklearn.datasets import load_digits

    arrays, original = digits.load(), load_digits().images
    levels = np.concatenate([arrays.train_images, arrays.test_images])[:, 0] / digits.SCALE
    assert sorted(map(bytes, levels)) == sorted(map(bytes, original))


@pytest.mark.usefixtures("drawn_once")
def test_moments_are_those_of_the_training_images() -> None:
    data = load(name="shapes", train_size=1234)
    pixels = data.train_images.numpy() / 255
    assert data.mean == pytest.approx(pixels.mean((0, 2, 3)), rel=1e-12)
    assert data.std == pytest.approx(pixels.std((0, 2, 3)), rel=1e-12)


@pytest.mark.usefixtures("drawn_once")
def test_subset_is_balanced_fixed_and_nested() -> None:
    whole, small, large = (load(name="shapes", train_size=n) for n in (None, 105, 400))
    counts = small.train_labels.bincount()
    assert counts.sum() == 105
    assert counts.max() - counts.min() == 1
    assert small.sha256 == whole.sha256
    for part, within in ((small, large), (large, whole)):
        pool = {image.numpy().tobytes() for image in within.train_images}
        assert all(image.numpy().tobytes() in pool for image in part.train_images)
    assert torch.equal(small.test_images, whole.test_images)


def test_balanced_when_a_class_runs_out() -> None:
    labels = torch.tensor([0, 0, 0, 0, 1, 0, 2, 2])
    assert balanced(labels, 6).tolist() == [0, 1, 2, 4, 6, 7]
    assert balanced(labels, 8).tolist() == list(range(8))


@pytest.mark.parametrize(("channels", "side"), [(1, 32), (1, 13), (3, 16), (3, 48)])
def test_resized_within_one_gray_level_of_pillow(channels: int, side: int) -> None:
    images = torch.randint(
        256, (3, channels, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    )
    result = resized(images, side)
    assert result.dtype == torch.uint8
    for image, got in zip(images, result, strict=True):
        picture = Image.fromarray(image.permute(1, 2, 0).numpy().squeeze())
        expected = np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR))
        difference = got.permute(1, 2, 0).numpy().squeeze() - expected.astype(int)
        assert abs(difference).max() <= 1


def test_settings_resize() -> None:
    data = load(name="digits", train_size=50, test_size=20, resize=16)
    assert data.image_shape == (1, 16, 16)
    assert data.test_images.shape == (20, 1, 16, 16)


def test_shapes_follow_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "load", lambda seed: draw(seed, FEW))
    one, two = load(name="shapes", seed=1), load(name="shapes", seed=2)
    assert one.sha256 != two.sha256
    assert one.sha256 == draw(1, FEW).sha256()  # drawn anew
    assert not torch.equal(one.train_images, two.train_images)


def test_shapes_that_come_out_differently_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "_COSINE", shapes._COSINE + 1)
    with pytest.raises(UserError, match="shapes as drawn here: these are not"):
        shapes.load(0)


def test_canonical_order_is_that_of_the_content() -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 1, 2, 2), dtype=np.uint8)
    images[20:] = images[:20]  # equal images, some with other labels
    labels = rng.integers(0, 3, 40, dtype=np.uint8)
    expected = canonical(images, labels)
    shuffle = rng.permutation(40)
    for got, want in zip(canonical(images[shuffle], labels[shuffle]), expected, strict=True):
        np.testing.assert_array_equal(got, want)
    assert sorted(map(bytes, expected[0])) == sorted(map(bytes, images))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "minst"},
        {"name": "digits", "train_size": 1438},
        {"name": "digits", "test_size": 9},
        {"name": "digits", "resize": 2},
        {"name": "digits", "seed": -1},
        {"name": "digits", "size": 5},
    ],
)
def test_wrong_settings(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ImageDataSettings(**wrong)
