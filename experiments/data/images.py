"""The one interface to image data: uint8 tensors and labels, train and test, of any data set."""

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from experiments.data import cifar10, digits, mnist, shapes
from experiments.data.arrays import Arrays
from experiments.data.download import Download, fetch, from_torchvision
from experiments.data.image_settings import ImageDataSettings
from experiments.data.published import READERS, read_published
from report.errors import UserError

CHUNK = 500
"""Images taken at once, which bounds the memory."""


@dataclass(frozen=True, eq=False)
class ImageData:
    """Images uint8 (N, C, H, W), labels int64 (N,), on the CPU; do not write into them."""

    name: str
    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    classes: tuple[str, ...]
    sha256: str
    """Digest of the whole verified source, before a subset was taken or images were resized."""
    synthetic: bool

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height, width."""
        _, channels, height, width = self.train_images.shape
        return channels, height, width

    @property
    def mean(self) -> tuple[float, ...]:
        """Mean of each channel over the training images held here, pixels in [0, 1]."""
        return self._moments[0]

    @property
    def std(self) -> tuple[float, ...]:
        """Standard deviation (divisor N) of each channel, as :attr:`mean`."""
        return self._moments[1]

    @cached_property
    def _moments(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """From exact integer sums, so that they are the same on every machine."""
        channels = self.image_shape[0]
        total = squares = torch.zeros(channels, dtype=torch.int64)
        for chunk in torch.split(self.train_images, CHUNK):
            pixels = chunk.flatten(2).int()  # the sums of one image fit 32 bits
            total = total + pixels.sum(2, dtype=torch.int32).sum(0)
            squares = squares + (pixels * pixels).sum(2, dtype=torch.int32).sum(0)
        n = self.train_images.numel() // channels
        sums = list(zip(total.tolist(), squares.tolist(), strict=True))
        mean = tuple(t / n / 255 for t, _ in sums)
        std = tuple(math.sqrt(n * q - t * t) / n / 255 for t, q in sums)
        return mean, std


def load_images(
    settings: ImageDataSettings, data_dir: Path, *, download: Download = from_torchvision
) -> ImageData:
    """The data set that the settings name, verified, then cut down and resized as they say.

    ``digits`` and ``shapes`` need no folder and no network. Raises UserError, one line, when the
    data cannot be had or is not the published one.
    """
    facts = settings.facts
    try:
        arrays = _load(settings, data_dir, download)
    except OSError as error:  # such as a folder that may not be entered
        raise UserError(f"{data_dir}: cannot be used as data folder ({error})") from error
    train = _prepare(arrays.train_images, arrays.train_labels, settings.train_size, settings.resize)
    test = _prepare(arrays.test_images, arrays.test_labels, settings.test_size, settings.resize)
    return ImageData(
        facts.name,
        *train,
        *test,
        classes=facts.classes,
        sha256=arrays.sha256() if facts.synthetic else facts.sha256,  # verified by the loader
        synthetic=facts.synthetic,
    )


def _load(settings: ImageDataSettings, data_dir: Path, download: Download) -> Arrays:
    found = settings.own
    if found is not None:
        if found.facts.sha256 != settings.sha256:
            raise UserError(f"data {settings.name}: changed since the suite was read; run again")
        return found.arrays
    if settings.name in READERS:
        fetch(settings.name, tuple(settings.facts.md5), data_dir, download)
        return read_published(data_dir, settings.facts)
    match settings.name:
        case "mnist":
            return mnist.load(data_dir, download)
        case "cifar10":
            return cifar10.load(data_dir, download)
        case "digits":
            return digits.load()
        case "shapes":
            return shapes.load(settings.seed)
    raise AssertionError("names were checked")


def _prepare(
    images: object, labels: object, size: int | None, resize: int | None
) -> tuple[Tensor, Tensor]:
    pixels, targets = torch.as_tensor(images), torch.as_tensor(labels).long()
    if size is not None:
        chosen = balanced(targets, size)
        pixels, targets = pixels[chosen], targets[chosen]
    return (pixels if resize is None else resized(pixels, resize)), targets


def balanced(labels: Tensor, size: int) -> Tensor:
    """Indices (size,), ascending: the first images of every class in turn.

    Class counts differ by at most one while every class has enough images. As the order is
    canonical, this is a fixed sample, and a smaller one is part of a larger one.
    """
    rank = torch.empty_like(labels)
    for label in torch.unique(labels):
        members = labels == label
        rank[members] = torch.arange(int(members.sum()))
    in_turn = torch.argsort(rank * (int(labels.max()) + 1) + labels)
    return in_turn[:size].sort().values


def resized(images: Tensor, side: int) -> Tensor:
    """uint8 (N, C, H, W) to (N, C, side, side): bilinear, within 1 of what Pillow gives."""
    chunks = [
        interpolate(chunk, (side, side), mode="bilinear", antialias=True)
        for chunk in torch.split(images, CHUNK)
    ]
    return torch.cat(chunks).contiguous()
