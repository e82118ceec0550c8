"""A tiny data set in the formats of MNIST and CIFAR-10, with pins of its own."""

import dataclasses
import hashlib
import io
import pickle
import struct
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image

from experiments.data.arrays import Arrays, Bytes, arrange
from experiments.data.batches import FOLDER, MD5
from experiments.data.catalog import DATASETS, DatasetFacts

TRAIN, TEST = 50, 20


def random_split(
    rng: np.random.Generator, size: int, shape: tuple[int, ...]
) -> tuple[Bytes, Bytes]:
    labels = rng.permutation(np.arange(size, dtype=np.uint8) % 10)
    return rng.integers(0, 256, (size, *shape), dtype=np.uint8), labels


class Python2Pickler(pickle._Pickler):
    """Writes byte strings and NumPy's names as Python 2 wrote the published batches."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_bytes(self, value: bytes) -> None:
        self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)
        self.memoize(value)

    dispatch[bytes] = save_bytes


def python2_pickle(value: object) -> bytes:
    file = io.BytesIO()
    Python2Pickler(file, protocol=2).dump(value)
    return file.getvalue().replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


@dataclasses.dataclass(frozen=True)
class Tiny:
    """The two splits in the order in which files hold them, and the facts that pin them."""

    train: tuple[Bytes, Bytes]
    test: tuple[Bytes, Bytes]
    facts: DatasetFacts

    @property
    def arrays(self) -> Arrays:
        return arrange(self.train, self.test)

    def write_idx(self, root: Path) -> None:
        """The four files of MNIST below ``root``."""
        folder = root / "MNIST" / "raw"
        folder.mkdir(parents=True)
        for split, (images, labels) in (("train", self.train), ("t10k", self.test)):
            for content, array in (("images-idx3", images[:, 0]), ("labels-idx1", labels)):
                header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
                (folder / f"{split}-{content}-ubyte").write_bytes(header + array.tobytes())

    def write_folders(self, root: Path) -> None:
        """Image folders as Kaggle gives CIFAR-10."""
        for split, (images, labels) in (("train", self.train), ("test", self.test)):
            for index, (image, label) in enumerate(zip(images, labels, strict=True)):
                folder = root / "cifar10" / split / self.facts.classes[label]
                folder.mkdir(parents=True, exist_ok=True)
                Image.fromarray(image.transpose(1, 2, 0)).save(folder / f"{1000 - index:04d}.png")

    def write_batches(self, root: Path) -> dict[str, str]:
        """The six files of cifar-10-batches-py below ``root``; gives their MD5 sums."""
        folder = root / FOLDER
        folder.mkdir(parents=True)
        images, labels = self.train
        parts = [*zip(np.array_split(images, 5), np.array_split(labels, 5), strict=True), self.test]
        sums = {}
        for name, (x, y) in zip(MD5, parts, strict=True):
            content = python2_pickle(
                {
                    b"batch_label": name.encode(),
                    b"labels": y.tolist(),
                    b"data": x.reshape(len(x), -1),
                    b"filenames": [b"a.png"] * len(x),
                }
            )
            (folder / name).write_bytes(content)
            sums[name] = hashlib.md5(content).hexdigest()
        return sums


def tiny(name: str) -> Tiny:
    facts = DATASETS[name]
    rng = np.random.default_rng(0)
    train = random_split(rng, TRAIN, facts.image_shape)
    test = random_split(rng, TEST, facts.image_shape)
    pin = arrange(train, test).sha256()
    return Tiny(
        train, test, dataclasses.replace(facts, train_size=TRAIN, test_size=TEST, sha256=pin)
    )


@pytest.fixture
def mnist_like() -> Tiny:
    return tiny("mnist")


@pytest.fixture
def cifar_like() -> Tiny:
    return tiny("cifar10")
