"""Sets of torchvision, on small files of our own making in the published formats."""

import bz2
import dataclasses
import gzip
import hashlib
import io
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from experiments.data import images as images_module
from experiments.data.arrays import Bytes, arrange
from experiments.data.image_settings import ImageDataSettings
from experiments.data.images import load_images
from experiments.data.published import PUBLISHED, Published, read_published
from report.errors import UserError
from tests.experiments.data.conftest import python2_pickle

Split = tuple[Bytes, Bytes]
TRAIN, TEST = 30, 20


def idx(array: Bytes) -> bytes:
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


def drawn(size: int, published: Published, seed: int) -> Split:
    rng = np.random.default_rng(seed)
    classes = len(published.facts.classes)
    images = rng.integers(0, 255, (size, *published.facts.image_shape), dtype=np.uint8)
    return images, rng.integers(0, classes, size, dtype=np.uint8)


@pytest.fixture(params=WRITERS)
def small(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Published, Split, Split]:
    """A small set with sums of its own, its files below the folder `tmp_path`."""
    published = PUBLISHED[request.param]
    train, test = drawn(TRAIN, published, 1), drawn(TEST, published, 2)
    contents = WRITERS[request.param](train, test)
    sums = {}
    for name, content in zip(published.md5, contents, strict=True):
        path = tmp_path / published.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        sums[name] = hashlib.md5(content).hexdigest()
    facts = dataclasses.replace(published.facts, train_size=TRAIN, test_size=TEST)
    return dataclasses.replace(published, facts=facts, md5=sums), train, test


def test_read_as_written(tmp_path: Path, small: tuple[Published, Split, Split]) -> None:
    published, train, test = small
    found, wanted = read_published(tmp_path, published), arrange(train, test)
    for ours, theirs in zip(found, wanted, strict=True):
        assert ours.dtype == np.uint8 and np.array_equal(ours, theirs)


def test_a_set_is_loaded_by_its_name_in_any_case(
    tmp_path: Path, small: tuple[Published, Split, Split], monkeypatch: pytest.MonkeyPatch
) -> None:
    published, *_ = small
    settings = ImageDataSettings.model_validate(published.facts.name.replace("-", "").upper())
    assert settings.name == published.facts.key
    monkeypatch.setitem(images_module.PUBLISHED, published.facts.key, published)
    data = load_images(settings, tmp_path)
    assert data.image_shape == published.facts.image_shape
    assert len(data.train_labels) == TRAIN and len(data.test_labels) == TEST
    assert data.sha256 == published.facts.sha256 and not data.synthetic


def test_another_file_is_refused(tmp_path: Path, small: tuple[Published, Split, Split]) -> None:
    published, *_ = small
    path = tmp_path / published.files[0]
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match="not the published file"):
        read_published(tmp_path, published)


def test_a_pickle_is_not_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return print, ("run",)

    content = pickle.dumps(Evil())
    (tmp_path / "cifar-100-python").mkdir()
    for name in ("train", "test"):
        (tmp_path / "cifar-100-python" / name).write_bytes(content)
    digest = hashlib.md5(content).hexdigest()
    published = dataclasses.replace(PUBLISHED["cifar100"], md5={"train": digest, "test": digest})
    with pytest.raises(UserError, match="not readable as CIFAR-100"):
        read_published(tmp_path, published)


def test_sums_and_sizes_are_those_of_torchvision() -> None:
    from torchvision import datasets

    for name in ("FashionMNIST", "KMNIST"):
        cls, ours = getattr(datasets, name), PUBLISHED[name.lower()]
        assert list(ours.md5.items()) == list(cls.resources)
        assert ours.addresses[0] == cls.mirrors[0] + cls.resources[0][0]
    cifar = datasets.CIFAR100
    assert list(map(list, PUBLISHED["cifar100"].md5.items())) == cifar.train_list + cifar.test_list
    assert PUBLISHED["cifar100"].archive_md5 == cifar.tgz_md5
    for name, cls in (("svhn", datasets.SVHN), ("usps", datasets.USPS)):
        rows = [cls.split_list[split] for split in ("train", "test")]
        assert PUBLISHED[name].md5 == {row[1]: row[2] for row in rows}
        assert PUBLISHED[name].addresses == tuple(row[0] for row in rows)
    stl = datasets.STL10
    assert list(map(list, PUBLISHED["stl10"].md5.items())) == stl.train_list[:2] + stl.test_list
    assert len({made.facts.sha256 for made in PUBLISHED.values()}) == len(PUBLISHED)
