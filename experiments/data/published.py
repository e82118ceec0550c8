"""Classification sets of torchvision by class name, from the files that torchvision downloads.

Imports no torch.
"""

import bz2
import gzip
import io
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np

from experiments.data.arrays import Arrays, arrange
from experiments.data.batches import Split, published_file, unpickled
from experiments.data.catalog import DatasetFacts
from experiments.data.idx import parse_idx
from report.errors import UserError


def _idx(contents: list[bytes], facts: DatasetFacts) -> tuple[Split, Split]:
    images, labels, tests, answers = (parse_idx(gzip.decompress(content)) for content in contents)
    return (images[:, None], labels), (tests[:, None], answers)


def _cifar100(contents: list[bytes], facts: DatasetFacts) -> tuple[Split, Split]:
    train, test = (unpickled(content, facts, b"fine_labels") for content in contents)
    return train, test


def _svhn(contents: list[bytes], facts: DatasetFacts) -> tuple[Split, Split]:
    from scipy.io import loadmat

    train, test = (loadmat(io.BytesIO(content)) for content in contents)
    # Images lie as (H, W, C, N); the digit 0 is labeled 10.
    first, second = (
        (
            np.ascontiguousarray(part["X"].transpose(3, 2, 0, 1), dtype=np.uint8),
            (part["y"].reshape(-1) % 10).astype(np.uint8),
        )
        for part in (train, test)
    )
    return first, second


def _usps(contents: list[bytes], facts: DatasetFacts) -> tuple[Split, Split]:
    """Lines of libsvm: label from 1 on, then `index:value` with values in [-1, 1]."""
    first, second = (_libsvm(bz2.decompress(content), facts) for content in contents)
    return first, second


def _libsvm(content: bytes, facts: DatasetFacts) -> Split:
    labels, images = [], []
    for line in content.decode("ascii").splitlines():
        label, *cells = line.split()
        labels.append(int(label) - 1)
        images.append([float(cell.partition(":")[2]) for cell in cells])
    pixels = ((np.asarray(images) + 1) / 2 * 255).astype(np.uint8)
    return pixels.reshape(-1, *facts.image_shape), np.asarray(labels, dtype=np.uint8)


def _stl10(contents: list[bytes], facts: DatasetFacts) -> tuple[Split, Split]:
    flat = [np.frombuffer(content, dtype=np.uint8) for content in contents]
    # Columns come before rows; labels are counted from 1 on.
    images = [
        part.reshape(-1, *facts.image_shape).transpose(0, 1, 3, 2) for part in (flat[0], flat[2])
    ]
    return (images[0], flat[1] - 1), (images[1], flat[3] - 1)


READERS: dict[str, Callable[[list[bytes], DatasetFacts], tuple[Split, Split]]] = {
    "fashionmnist": _idx,
    "kmnist": _idx,
    "cifar100": _cifar100,
    "svhn": _svhn,
    "usps": _usps,
    "stl10": _stl10,
}
"""Both splits from the contents of the files in order; each raises ValueError and its kin."""


def read_published(data_dir: Path, facts: DatasetFacts) -> Arrays:
    """The whole set in canonical order; raises UserError for a file that is not the published."""
    contents = [published_file(data_dir / file, md5) for file, md5 in facts.md5.items()]
    try:
        train, test = READERS[facts.key](contents, facts)
        for (images, labels), size in ((train, facts.train_size), (test, facts.test_size)):
            if images.shape != (size, *facts.image_shape) or labels.shape != (size,):
                raise ValueError(f"shapes {images.shape} and {labels.shape}")
    except (
        *(ValueError, KeyError, TypeError, IndexError, OSError, EOFError),
        pickle.UnpicklingError,
    ) as error:
        raise UserError(
            f"{(data_dir / next(iter(facts.md5))).parent}: not readable as {facts.name} ({error}); "
            "delete its files and run again to download them"
        ) from error
    return arrange(train, test)
