"""A data set as four uint8 arrays in canonical order, and its digest.

Canonical order: by the SHA-256 of each image's bytes followed by its label. It depends on the
content alone, so that CIFAR-10 from torchvision's batches and from image folders is one and the
same data set, and it is as good as random, so that the first n images are a fair sample (the first
half of MNIST's published test set is easier than the second; a folder lists class after class).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.data.catalog import DatasetFacts
from report.errors import UserError

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Arrays:
    """Images (N, C, H, W) and labels (N,), all uint8 and contiguous."""

    train_images: Bytes
    train_labels: Bytes
    test_images: Bytes
    test_labels: Bytes

    def __iter__(self) -> Iterator[Bytes]:
        return iter((self.train_images, self.train_labels, self.test_images, self.test_labels))

    def sha256(self) -> str:
        """Digest of the bytes of the four arrays, in the order of the fields."""
        digest = hashlib.sha256()
        for array in self:
            digest.update(array.data)
        return digest.hexdigest()


def canonical(images: Bytes, labels: Bytes) -> tuple[Bytes, Bytes]:
    """Images (N, C, H, W) and labels (N,) of one split, in canonical order."""
    images = np.ascontiguousarray(images)
    keys = [
        hashlib.sha256(image.tobytes() + bytes((label,))).digest()
        for image, label in zip(images, labels.tolist(), strict=True)
    ]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return images[order], labels[order]


def arrange(train: tuple[Bytes, Bytes], test: tuple[Bytes, Bytes]) -> Arrays:
    """Both splits, each given as images and labels in any order, in canonical order."""
    return Arrays(*canonical(*train), *canonical(*test))


def verify(arrays: Arrays, facts: DatasetFacts, source: str, remedy: str) -> Arrays:
    """Return the arrays if their digest is the pinned one.

    ``source`` says where the arrays come from and ``remedy`` what to do about wrong ones.
    Raises UserError otherwise.
    """
    digest = arrays.sha256()
    if digest != facts.sha256:
        raise UserError(
            f"{source}: these are not the images and labels of {facts.name} "
            f"(SHA-256 {digest}, expected {facts.sha256}); {remedy}"
        )
    return arrays
