"""CIFAR-10 from image folders, ``cifar10/{train,test}/<class>/*.png``, the way Kaggle gives it."""

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from experiments.data.arrays import Arrays, Bytes, arrange
from experiments.data.catalog import DatasetFacts
from report.errors import UserError

FOLDER = "cifar10"
LAYOUT = "expected cifar10/{train,test}/<class>/*.png below the folder that --data-dir names"


def read_folders(data_dir: Path, facts: DatasetFacts) -> Arrays:
    """Decode every image; arrays in canonical order, whatever the files are called.

    Threads suffice: Pillow releases the GIL while it reads and unpacks.
    Raises UserError for a missing, unknown or unreadable folder, a folder with too few or too many
    images, and an image that is damaged or of another size.
    """
    root = data_dir / FOLDER
    logging.getLogger(__name__).info("decoding the images in %s, once", root)
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        train = _read_split(root / "train", facts.train_size, facts, pool)
        test = _read_split(root / "test", facts.test_size, facts, pool)
    return arrange(train, test)


def _read_split(
    folder: Path, size: int, facts: DatasetFacts, pool: ThreadPoolExecutor
) -> tuple[Bytes, Bytes]:
    found = {path.name for path in _listing(folder) if path.is_dir()}
    for name in sorted(found.symmetric_difference(facts.classes)):
        problem = "no such class" if name in found else "this class folder is missing"
        raise UserError(f"{folder / name}: {problem}; classes are {', '.join(facts.classes)}")
    each = size // len(facts.classes)
    files = [_images(folder / name, each) for name in facts.classes]
    images: Bytes = np.empty((len(files), each, *facts.image_shape), dtype=np.uint8)

    def decode(label: int) -> None:
        for index, path in enumerate(files[label]):
            images[label, index] = _decode(path, facts.image_shape)

    for _ in pool.map(decode, range(len(files))):  # raises what the first failing class raised
        pass
    labels = np.repeat(np.arange(len(files), dtype=np.uint8), each)
    return images.reshape(-1, *facts.image_shape), labels


def _listing(folder: Path) -> list[Path]:
    """What lies in a folder, sorted, without hidden files."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise UserError(f"{folder}: cannot be read ({error.strerror}); {LAYOUT}") from error


def _images(folder: Path, expected: int) -> list[Path]:
    files = [path for path in _listing(folder) if path.suffix.lower() == ".png"]
    if len(files) != expected:
        raise UserError(
            f"{folder}: {len(files)} PNG images, expected {expected}; "
            "unpack the whole archive there again"
        )
    return files


def _decode(path: Path, shape: tuple[int, int, int]) -> Bytes:
    """One image as (C, H, W). Pillow reports damage by exceptions of several kinds."""
    _, height, width = shape
    try:
        with Image.open(path, formats=("PNG",)) as image:
            if image.size != (width, height):
                raise UserError(
                    f"{path}: {image.size[0]}×{image.size[1]} pixels, expected {width}×{height}; "
                    "put the original image there"
                )
            return np.asarray(image.convert("RGB")).transpose(2, 0, 1)
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(
            f"{path}: not a readable PNG image ({error}); unpack it from the archive again"
        ) from error
