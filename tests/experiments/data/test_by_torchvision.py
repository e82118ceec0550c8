"""Sets of torchvision beyond the catalog, on small files of our own in the published formats."""

import json
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torchvision import datasets
from torchvision.datasets import utils

from experiments.data.arrays import arrange
from experiments.data.batches import Split
from experiments.data.catalog import DATASETS
from experiments.data.images import load_images
from experiments.data.published import READERS
from experiments.data.torchvision_sets import LARGE, OTHERS, SETS
from experiments.freshness import basis
from experiments.suite import Suite, load_suite
from report import commands
from report.errors import UserError

TRAIN, TEST = 30, 20


@pytest.fixture(autouse=True)
def _enrolled_here_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = dict(DATASETS), dict(READERS)
    yield
    for table, known in zip((DATASETS, READERS), before, strict=True):
        table.clear()  # type: ignore[attr-defined]
        table.update(known)  # type: ignore[attr-defined]


def drawn(size: int, shape: tuple[int, ...], classes: int, seed: int) -> Split:
    rng = np.random.default_rng(seed)
    labels = np.arange(size, dtype=np.uint8) % classes
    return rng.integers(0, 255, (size, *shape), dtype=np.uint8), labels


def idx(array: np.ndarray, kind: int = 8) -> bytes:
    head = bytes((0, 0, kind, array.ndim)) + np.array(array.shape, dtype=">u4").tobytes()
    return head + array.tobytes()


def emnist(root: Path) -> tuple[Split, Split]:
    """Letters, labeled from 1 on."""
    folder = root / "EMNIST" / "raw"
    folder.mkdir(parents=True)
    parts = drawn(TRAIN, (1, 28, 28), 26, 1), drawn(TEST, (1, 28, 28), 26, 2)
    for split, (images, labels) in zip(("train", "test"), parts, strict=True):
        stem = f"emnist-letters-{split}"
        (folder / f"{stem}-images-idx3-ubyte").write_bytes(idx(images[:, 0]))
        (folder / f"{stem}-labels-idx1-ubyte").write_bytes(idx(labels + np.uint8(1)))
    return parts


def qmnist(root: Path) -> tuple[Split, Split]:
    """Labels of eight numbers, the class first."""
    folder = root / "QMNIST" / "raw"
    folder.mkdir(parents=True)
    parts = drawn(TRAIN, (1, 28, 28), 10, 1), drawn(TEST, (1, 28, 28), 10, 2)
    for split, (images, labels) in zip(("train", "test"), parts, strict=True):
        table = np.zeros((len(labels), 8), dtype=">i4")
        table[:, 0] = labels
        (folder / f"qmnist-{split}-images-idx3-ubyte").write_bytes(idx(images[:, 0]))
        (folder / f"qmnist-{split}-labels-idx2-int").write_bytes(idx(table, 12))
    return parts


def food101(root: Path) -> tuple[Split, Split]:
    """Pictures below a folder of each class; lists of the splits beside them."""
    parts = drawn(TRAIN, (3, 12, 12), 2, 1), drawn(TEST, (3, 12, 12), 2, 2)
    base, names = root / "food-101", ("apple_pie", "waffles")
    (base / "meta").mkdir(parents=True)
    for split, (images, labels) in zip(("train", "test"), parts, strict=True):
        listed: dict[str, list[str]] = {name: [] for name in names}
        for number, (image, label) in enumerate(zip(images, labels, strict=True)):
            file = f"{names[label]}/{split}{number}"
            (base / "images" / names[label]).mkdir(parents=True, exist_ok=True)
            path = base / "images" / f"{file}.jpg"
            Image.fromarray(image.transpose(1, 2, 0)).save(path, "PNG")  # without loss
            listed[names[label]].append(file)
        (base / "meta" / f"{split}.json").write_text(json.dumps(listed))
    return parts


SMALL: dict[str, tuple[str, Callable[[Path], tuple[Split, Split]]]] = {
    "EMNIST letters": ('{ name = "emnist", split = "letters" }', emnist),
    "QMNIST": ('"QMNIST"', qmnist),
    "Food101": ('"food-101"', food101),
}


def suite(tmp_path: Path, data: str, *, more: str = "", download: bool = False) -> Suite:
    file = tmp_path / "mine.toml"
    file.write_text(
        f"""
        title = "Mine"
        [tasks.random-labels]
        data = {data}
        model = {{ name = "small", hidden = [4] }}
        training = {{ loss = "cross_entropy", batch_size = 10, epochs = 1 }}
        fractions = [0.0, 1.0]
        seeds = [0]
        {more}
        """
    )
    root, data_dir = tmp_path / "results", tmp_path / "data"
    return load_suite(str(file), root=root, data_dir=data_dir, download=download)


def faults(tmp_path: Path, data: str, **words: bool) -> str:
    with pytest.raises(UserError) as refused:
        suite(tmp_path, data, **words)  # type: ignore[arg-type]
    return str(refused.value)


@pytest.mark.parametrize("title", SMALL)
def test_a_set_is_read_as_torchvision_reads_it(tmp_path: Path, title: str) -> None:
    given, write = SMALL[title]
    train, test = write(tmp_path / "data")
    (data,) = suite(tmp_path, given).tasks["random-labels"].image_data()
    assert data.facts.title == title
    assert (data.facts.train_size, data.facts.test_size) == (TRAIN, TEST)
    loaded = load_images(data, tmp_path / "data")
    wanted = arrange(train, test)
    assert np.array_equal(loaded.train_images, wanted.train_images)
    assert np.array_equal(loaded.train_labels, wanted.train_labels)
    assert np.array_equal(loaded.test_images, wanted.test_images)
    assert loaded.sha256 == data.facts.sha256 == wanted.sha256()


def test_the_classes_have_their_names(tmp_path: Path) -> None:
    emnist(tmp_path / "data")
    (data,) = suite(tmp_path, SMALL["EMNIST letters"][0]).tasks["random-labels"].image_data()
    assert data.facts.classes == tuple("abcdefghijklmnopqrstuvwxyz")


def test_a_set_is_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emnist(tmp_path / "data")
    given = SMALL["EMNIST letters"][0]
    first = basis(suite(tmp_path, given), "random-labels")
    monkeypatch.delattr(datasets, "EMNIST")
    again = suite(tmp_path, given)
    assert basis(again, "random-labels").key == first.key
    assert first.data == {"emnist-letters": again.sets[0].facts.sha256}
    assert first.settings["data"]["name"] == "emnist-letters"


def test_a_new_process_is_told_of_a_set(tmp_path: Path) -> None:
    emnist(tmp_path / "data")
    sent = pickle.dumps(suite(tmp_path, SMALL["EMNIST letters"][0]))
    for table in (DATASETS, READERS):
        del table["emnist-letters"]  # type: ignore[attr-defined]
    received: Suite = pickle.loads(sent).enroll()  # noqa: S301 - our own
    (data,) = received.tasks["random-labels"].image_data()
    assert len(load_images(data, tmp_path / "data").train_labels) == TRAIN


def test_images_of_several_sizes_are_resized(tmp_path: Path) -> None:
    """GTSRB: folders of the classes, a table of the test labels, images of all sizes."""
    base = tmp_path / "data" / "gtsrb"
    rng, rows = np.random.default_rng(0), ["Filename;Width;Height;ClassId"]
    for number in range(24):
        side = 20 + number % 3
        image = Image.fromarray(rng.integers(0, 255, (side, side, 3), dtype=np.uint8))
        folder = base / "GTSRB" / "Training" / f"{number % 2:05d}"
        tests = base / "GTSRB" / "Final_Test" / "Images"
        for place in (folder, tests):
            place.mkdir(parents=True, exist_ok=True)
        image.save(folder / f"{number}.ppm")
        image.save(tests / f"{number}.ppm")
        rows.append(f"{number}.ppm;{side};{side};{number % 2}")
    (base / "GT-final_test.csv").write_text("\n".join(rows))
    assert "GTSRB has images of 20×20 and of 22×22 pixels; give resize" in faults(
        tmp_path, '"GTSRB"'
    ).replace("21×21", "22×22")
    (data,) = suite(tmp_path, '{ name = "GTSRB", resize = 8 }').tasks["random-labels"].image_data()
    assert load_images(data, tmp_path / "data").image_shape == (3, 8, 8)


def test_a_set_without_a_test_part_is_divided(tmp_path: Path) -> None:
    images, labels = drawn(60, (3, 8, 8), 3, 1)
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        folder = tmp_path / "data" / "eurosat" / "2750" / f"class{label}"
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image.transpose(1, 2, 0)).save(folder / f"{number}.png")
    (data,) = suite(tmp_path, '"EuroSAT"').tasks["random-labels"].image_data()
    assert (data.facts.train_size, data.facts.test_size) == (48, 12)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("network is unreachable")

    for name in ("_urlretrieve", "_get_redirect_url"):
        monkeypatch.setattr(utils, name, refuse)


@pytest.mark.usefixtures("offline")
def test_a_set_that_cannot_be_had_is_one_line(tmp_path: Path) -> None:
    said = faults(tmp_path, '{ name = "EMNIST", split = "digits" }', download=True)
    assert said.count("\n") == 0
    assert "tasks.random-labels.data" in said and "EMNIST digits is not in " in said
    assert "could not be downloaded (network is unreachable): connect to the internet" in said
    assert [path.name for path in (tmp_path / "data").rglob("*")] in (
        [".cache"],
        [".cache", "lock"],
    )


def test_what_trains_nothing_downloads_nothing(tmp_path: Path) -> None:
    said = faults(tmp_path, '"QMNIST"')
    assert (
        "QMNIST is not in " in said and '(Dataset not found): "homework run" downloads it' in said
    )


def test_other_faults_are_told_as_well(tmp_path: Path) -> None:
    said = faults(tmp_path, '{ name = "QMNIST", colors = 3, train_size = 70000 }')
    assert "QMNIST is not in " in said and "data.colors: unknown key" in said
    assert said.count("tasks.random-labels") == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('"EMNIST"', 'data.split: EMNIST has several; give "byclass" or'),
        ('{ name = "EMNIST", split = "letter" }', "data.split: EMNIST has no 'letter'; give"),
        ('{ name = "DTD", partition = 11 }', "data.partition: DTD has no 11; give 1 or 2"),
        ('"CelebA"', "data.name: torchvision's CelebA is not read as images with a class each"),
        ('"imagenet"', "data.name: torchvision's ImageNet has more than 256 classes"),
        ('{ name = "QMNIST", resize = 100 }', "data.resize: must be a whole number from 4 to 64"),
    ],
)
def test_what_no_set_has_is_refused(tmp_path: Path, given: str, said: str) -> None:
    assert said in faults(tmp_path, given)


def test_every_set_is_listed() -> None:
    listed = dict(commands.listed("data"))
    assert set(SETS) < listed.keys()
    assert 'split = "byclass" or "bymerge"' in listed["EMNIST"]


def test_every_set_of_torchvision_is_known() -> None:
    """Those of the catalog, those that are read by their classes, and all others."""
    catalog = {name for name in datasets.__all__ if name.lower() in DATASETS}
    bases = {"DatasetFolder", "ImageFolder", "VisionDataset", "wrap_dataset_for_transforms_v2"}
    assert catalog | bases | {*SETS, *LARGE, *OTHERS} == set(datasets.__all__)
    assert len(catalog) + len(SETS) + len(LARGE) + len(OTHERS) + len(bases) == len(datasets.__all__)
