"""Sets of torchvision, on small files of our own making in the published formats."""

import bz2
import dataclasses
import gzip
import hashlib
import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from experiments.data.arrays import arrange
from experiments.data.batches import Split
from experiments.data.catalog import DATASETS, DatasetFacts
from experiments.data.image_settings import ImageDataSettings
from experiments.data.images import load_images
from experiments.data.published import READERS, read_published
from report.errors import UserError
from tests.experiments.data.conftest import python2_pickle

TRAIN, TEST = 30, 20


def idx(array: Any) -> bytes:
    head = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, dtype=">u4").tobytes()
    return gzip.compress(head + array.tobytes())


def write_zipped(train: Split, test: Split) -> list[bytes]:
    return [idx(part) for images, labels in (train, test) for part in (images[:, 0], labels)]


def write_cifar100(train: Split, test: Split) -> list[bytes]:
    return [
        python2_pickle({b"data": images.reshape(len(images), -1), b"fine_labels": labels.tolist()})
        for images, labels in (train, test)
    ]


def write_svhn(train: Split, test: Split) -> list[bytes]:
    contents = []
    for images, labels in (train, test):
        file = io.BytesIO()
        marked = np.where(labels == 0, 10, labels)[:, None]
        savemat(file, {"X": images.transpose(2, 3, 1, 0), "y": marked})
        contents.append(file.getvalue())
    return contents


def write_usps(train: Split, test: Split) -> list[bytes]:
    contents = []
    for images, labels in (train, test):
        lines = [
            " ".join(
                [f"{label + 1}"]
                + [
                    f"{k}:{v * 2 / 255 - 1 + 1e-6}"
                    for k, v in enumerate(image.reshape(-1).tolist(), 1)
                ]
            )
            for image, label in zip(images, labels.tolist(), strict=True)
        ]
        contents.append(bz2.compress("\n".join(lines).encode()))
    return contents


def write_stl10(train: Split, test: Split) -> list[bytes]:
    return [
        part.tobytes()
        for images, labels in (train, test)
        for part in (images.transpose(0, 1, 3, 2), labels + np.uint8(1))
    ]


WRITERS: dict[str, Callable[[Split, Split], list[bytes]]] = {
    "fashionmnist": write_zipped,
    "kmnist": write_zipped,
    "cifar100": write_cifar100,
    "svhn": write_svhn,
    "usps": write_usps,
    "stl10": write_stl10,
}


def drawn(size: int, facts: DatasetFacts, seed: int) -> Split:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 255, (size, *facts.image_shape), dtype=np.uint8)
    return images, rng.integers(0, len(facts.classes), size, dtype=np.uint8)


Small = tuple[DatasetFacts, Split, Split]


@pytest.fixture(params=READERS)
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Small:
    """A small set with sums of its own, its files below the folder `tmp_path`."""
    facts = DATASETS[request.param]
    train, test = drawn(TRAIN, facts, 1), drawn(TEST, facts, 2)
    sums = {}
    for file, content in zip(facts.md5, WRITERS[request.param](train, test), strict=True):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes(content)
        sums[file] = hashlib.md5(content).hexdigest()
    return dataclasses.replace(facts, train_size=TRAIN, test_size=TEST, md5=sums), train, test


def test_read_as_written(tmp_path: Path, small: Small) -> None:
    facts, train, test = small
    for ours, theirs in zip(read_published(tmp_path, facts), arrange(train, test), strict=True):
        assert ours.dtype == np.uint8 and np.array_equal(ours, theirs)


def test_a_set_is_loaded_by_its_name_in_any_case(
    tmp_path: Path, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts, *_ = small
    settings = ImageDataSettings.model_validate(facts.name.replace("-", "").upper())
    assert settings.name == facts.key
    monkeypatch.setitem(DATASETS, facts.key, facts)
    data = load_images(settings, tmp_path)
    assert data.image_shape == facts.image_shape
    assert len(data.train_labels) == TRAIN and len(data.test_labels) == TEST
    assert data.sha256 == facts.sha256 and not data.synthetic


def test_another_file_is_refused(tmp_path: Path, small: Small) -> None:
    facts, *_ = small
    path = tmp_path / next(iter(facts.md5))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match="not the published file"):
        read_published(tmp_path, facts)


def test_a_pickle_is_not_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return print, ("run",)

    content = pickle.dumps(Evil())
    (tmp_path / "cifar-100-python").mkdir()
    for name in ("train", "test"):
        (tmp_path / "cifar-100-python" / name).write_bytes(content)
    digest = hashlib.md5(content).hexdigest()
    known = DATASETS["cifar100"]
    facts = dataclasses.replace(known, md5=dict.fromkeys(known.md5, digest))
    with pytest.raises(UserError, match="not readable as CIFAR-100"):
        read_published(tmp_path, facts)


def test_sums_are_those_of_torchvision() -> None:
    from torchvision import datasets

    for name in READERS:
        (cls,) = (getattr(datasets, known) for known in datasets.__all__ if known.lower() == name)
        if name in ("svhn", "usps"):
            rows = [cls.split_list[split][1:] for split in ("train", "test")]
        elif name in ("cifar100", "stl10"):
            rows = [*cls.train_list[:2], *cls.test_list]
        else:
            rows = cls.resources
        files = {Path(file).name: md5 for file, md5 in DATASETS[name].md5.items()}
        assert list(files.items()) == [tuple(row) for row in rows]
    assert len({facts.sha256 for facts in DATASETS.values()}) == len(DATASETS)
