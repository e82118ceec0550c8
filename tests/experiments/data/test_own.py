"""Images of the user's own: folders, arrays, pixels."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from experiments.data.image_settings import ImageDataSettings
from experiments.data.images import load_images
from experiments.engine.problems import image_problem

RNG = np.random.default_rng(4)
IMAGES = RNG.integers(0, 256, (60, 5, 6), dtype=np.uint8)
LABELS = np.arange(60) % 3


def settings(suite: Path, /, **given: Any) -> ImageDataSettings:
    return ImageDataSettings.model_validate(given, strict=True, context={"folder": suite})


def write_folder(root: Path, images: Any = IMAGES, labels: Any = LABELS) -> None:
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        place = root / f"class {label}"
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(place / f"{number}.png")


def write_csv(path: Path, labels: Any = LABELS) -> None:
    lines = [",".join(["digit", *(f"p{k}" for k in range(30))])]
    lines += [
        ",".join([str(label), *map(str, image.reshape(-1))])
        for image, label in zip(IMAGES, labels, strict=True)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


def test_the_same_images_in_every_form_are_the_same_data(tmp_path: Path) -> None:
    write_folder(tmp_path / "pictures")
    write_csv(tmp_path / "pixels.csv")
    np.savez(tmp_path / "a.npz", x=IMAGES, y=LABELS)
    np.savez(tmp_path / "b.npz", images=IMAGES[..., None] / 255, labels=LABELS[:, None])
    made = [
        settings(tmp_path, folder="pictures"),
        settings(tmp_path, csv="pixels.csv", label="digit", shape=(5, 6)),
        settings(tmp_path, npz="a.npz"),
        settings(tmp_path, npz="b.npz"),
    ]
    assert len({one.sha256 for one in made}) == 1
    assert [one.name for one in made] == ["pictures", "pixels", "a", "b"]
    for one in made:
        assert (one.facts.image_shape, one.facts.train_size, one.facts.test_size) == (
            (1, 5, 6), 48, 12,
        )  # fmt: skip
        data = load_images(one, tmp_path / "nowhere")
        assert len(data.train_images) == 48 and data.sha256 == one.sha256
        assert str(tmp_path) not in str(one.model_dump(mode="json"))


def test_parts_for_training_and_test(tmp_path: Path) -> None:
    write_folder(tmp_path / "set" / "train", IMAGES[:40], LABELS[:40])
    write_folder(tmp_path / "set" / "test", IMAGES[40:], LABELS[40:])
    np.savez(
        tmp_path / "a.npz",
        x_train=IMAGES[:40], y_train=LABELS[:40], x_test=IMAGES[40:], y_test=LABELS[40:],
    )  # fmt: skip
    one, two = settings(tmp_path, folder="set"), settings(tmp_path, npz="a.npz", name="mine")
    assert one.sha256 == two.sha256 and two.name == "mine"
    assert (one.facts.train_size, one.facts.test_size) == (40, 20)
    assert one.facts.classes == ("class 0", "class 1", "class 2")


def test_colors_and_sizes(tmp_path: Path) -> None:
    colored = np.stack([IMAGES, IMAGES, 255 - IMAGES], axis=-1)
    write_folder(tmp_path / "colored", colored)
    one = settings(tmp_path, folder="colored", resize=8)
    assert one.facts.image_shape == (3, 8, 8)
    np.savez(tmp_path / "last.npz", x=colored, y=LABELS)
    np.savez(tmp_path / "first.npz", x=colored.transpose(0, 3, 1, 2), y=LABELS)
    last, first = settings(tmp_path, npz="last.npz"), settings(tmp_path, npz="first.npz")
    assert last.sha256 == first.sha256 and last.facts.image_shape == (3, 5, 6)


def test_changed_data_are_other_data(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=IMAGES, y=LABELS)
    before = settings(tmp_path, npz="a.npz")
    np.savez(tmp_path / "a.npz", x=255 - IMAGES, y=LABELS)
    assert settings(tmp_path, npz="a.npz").model_dump() != before.model_dump()
    with pytest.raises(ValidationError, match="the suite says"):
        settings(tmp_path, npz="a.npz", sha256=before.sha256)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"a": IMAGES}, "holds a; needed are x_train, y_train"),
        ({"x": IMAGES, "y": LABELS[:5]}, "with 5 labels"),
        ({"x": IMAGES[:, 0], "y": LABELS}, "needed are"),
        ({"x": IMAGES, "y": LABELS * 0}, "1 classes"),
        ({"x": IMAGES - 300.0, "y": LABELS}, "pixels from -300"),
        ({"x": IMAGES * np.nan, "y": LABELS}, "pixels are numbers"),
        ({"x": IMAGES * 0, "y": LABELS}, "are alike"),
        ({"x": IMAGES[:20], "y": LABELS[:20]}, "4 test images"),
        ({"x": np.array([object()]), "y": LABELS}, "allow_pickle"),
    ],
)
def test_wrong_arrays(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(ValidationError, match=message):
        settings(tmp_path, npz="a.npz")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"npz": "none.npz"}, "none.npz: cannot be read"),
        ({"folder": "none"}, "none: cannot be read"),
        ({"folder": "empty"}, "no images"),
        ({"npz": "damaged.npz"}, "damaged.npz: cannot be read"),
        ({"csv": "p.csv", "label": "digit"}, "shape: of an image is required"),
        ({"csv": "p.csv", "label": "digits", "shape": (5, 6)}, 'no column "digits"'),
        ({"csv": "p.csv", "label": "digit", "shape": (6, 6)}, "30 columns beside digit"),
        ({"npz": "a.npz", "csv": "p.csv"}, "give one of npz, csv"),
        ({"npz": "a.npz", "label": "digit"}, "belongs to a csv"),
        ({"name": "mnits"}, 'did you mean "mnist"'),
        ({"name": "FashionMNITS"}, 'did you mean "FashionMNIST"'),
        ({"name": "digits", "sha256": "0"}, "remove it"),
        ({"name": "digits", "scaling": {"mean": (0.1, 0.2), "std": 0.5}}, "2 numbers for 1"),
        ({"name": "digits", "scaling": {"mean": 0.1, "std": 0.0}}, "must be positive"),
        ({"name": "digits", "train_size": 5000}, "digits has 1437"),
    ],
)
def test_refused(tmp_path: Path, given: dict[str, Any], message: str) -> None:
    write_csv(tmp_path / "p.csv")
    (tmp_path / "empty").mkdir()
    (tmp_path / "damaged.npz").write_bytes(b"PK no archive")
    with pytest.raises(ValidationError, match=message):
        settings(tmp_path, **given)


@pytest.mark.parametrize(
    ("scaling", "mean", "std"),
    [
        ("unit", (0.0,), (1.0,)),
        ("Symmetric", (0.5,), (0.5,)),
        ({"mean": 0.1307, "std": (0.3081,)}, (0.1307,), (0.3081,)),
    ],
)
def test_scaling(tmp_path: Path, scaling: Any, mean: Any, std: Any) -> None:
    one = settings(tmp_path, name="digits", scaling=scaling)
    problem = image_problem(load_images(one, tmp_path), one)
    assert (problem.mean, problem.std) == (mean, std)
    plain = settings(tmp_path, name="digits")
    standard = image_problem(load_images(plain, tmp_path), plain)
    assert standard.mean != mean and standard.digest != problem.digest


def test_a_name_in_any_case_is_one_key(tmp_path: Path) -> None:
    short = ImageDataSettings.model_validate("MNIST", strict=True)
    assert short == settings(tmp_path, name="mnist")
    assert settings(tmp_path, name="CIFAR-10").name == "cifar10"
    assert settings(tmp_path, name="FashionMNIST").facts.name == "FashionMNIST"
