"""Images of the user's own: a folder of images per class, an `.npz` of arrays, a CSV of pixels.

Where the data have no test part, the last fifth in canonical order is tested on. Imports no torch.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.data.arrays import Arrays, Bytes, arrange, canonical
from experiments.data.catalog import DatasetFacts

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
FEWEST = 10
"""Images of a split."""
MOST_CLASSES = 256
NAMES: tuple[tuple[str, ...], ...] = (
    ("x_train", "y_train", "x_test", "y_test"),
    ("train_images", "train_labels", "test_images", "test_labels"),
)
"""Names of the arrays in an `.npz` with a test part; the first two of a pair alone are without."""
WHOLE = (("x", "y"), ("images", "labels"), ("data", "target"))


@dataclass(frozen=True, eq=False)
class Own:
    """Arrays in canonical order, and what is known of them."""

    arrays: Arrays
    facts: DatasetFacts


Raw = tuple[NDArray[Any], NDArray[Any]]
"""Images in any layout, and labels that are texts or numbers."""


@lru_cache(maxsize=8)
def own(kind: str, path: Path, stamp: Any, name: str, options: tuple[Any, ...]) -> Own:
    """The data below `path`; `stamp` says which state of the files it is.

    `options` are the side to which images of a folder are resized, or the column of labels and the
    shape of an image in a CSV.

    Raises ValueError with the file and what is wrong.
    """
    try:
        train, test = _READERS[kind](path, *options)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path}: cannot be read ({error})") from error
    known = sorted(set(train[1].tolist()) | (set(test[1].tolist()) if test else set()))
    if not 2 <= len(known) <= MOST_CLASSES:
        raise ValueError(f"{path}: {len(known)} classes, 2 to {MOST_CLASSES} can be told apart")
    first = _bytes(train, known, path)
    if test:
        arrays = arrange(first, _bytes(test, known, path))
    else:
        images, labels = canonical(*first)
        cut = len(labels) - len(labels) // 5
        arrays = Arrays(images[:cut], labels[:cut], images[cut:], labels[cut:])
    for part, split in ((arrays.train_labels, "training"), (arrays.test_labels, "test")):
        if len(part) < FEWEST:
            raise ValueError(f"{path}: {len(part)} {split} images, at least {FEWEST} are needed")
    if (np.ptp(arrays.train_images, axis=(0, 2, 3)) == 0).any():
        raise ValueError(f"{path}: all training pixels of a channel are alike; remove the channel")
    if arrays.train_images.shape[1:] != arrays.test_images.shape[1:]:
        raise ValueError(f"{path}: training and test images differ in size")
    shape = arrays.train_images.shape
    facts = DatasetFacts(
        key=name,
        name=name,
        image_shape=(shape[1], shape[2], shape[3]),
        classes=tuple(map(str, known)),
        train_size=len(arrays.train_labels),
        test_size=len(arrays.test_labels),
        sha256=arrays.sha256(),
    )
    return Own(arrays, facts)


def stamp(path: Path) -> tuple[Any, ...]:
    """Names, sizes and times of the files at or below a path."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return tuple((str(f), s.st_size, s.st_mtime_ns) for f in files for s in (f.stat(),))


def _bytes(part: Raw, known: list[Any], path: Path) -> tuple[Bytes, Bytes]:
    """Images as uint8 (N, C, H, W), labels as places among the known."""
    images, labels = part
    if images.ndim == 3:
        images = images[:, None]
    elif images.ndim == 4 and images.shape[-1] in (1, 3) and images.shape[1] not in (1, 3):
        images = images.transpose(0, 3, 1, 2)
    if images.ndim != 4 or images.shape[1] not in (1, 3) or len(images) != len(labels):
        raise ValueError(
            f"{path}: images of shape {part[0].shape} with {len(labels)} labels; needed are "
            "(N, H, W), (N, H, W, C) or (N, C, H, W) with 1 or 3 channels and N labels"
        )
    if images.dtype != np.uint8:
        if images.dtype.kind not in "iufb" or not np.isfinite(images).all():
            raise ValueError(f"{path}: pixels are numbers from 0 to 255, or from 0 to 1")
        low, high = float(images.min()), float(images.max())
        if low < 0 or high > 255:
            raise ValueError(
                f"{path}: pixels from {low:g} to {high:g}; needed are 0 to 255, or 0 to 1"
            )
        scale = 255 if high <= 1 and images.dtype.kind in "fb" else 1
        images = np.rint(images.astype(np.float64) * scale).astype(np.uint8)
    place = {label: index for index, label in enumerate(known)}
    numbers = np.array([place[label] for label in labels.tolist()], dtype=np.uint8)
    return np.ascontiguousarray(images), numbers


def _npz(path: Path) -> tuple[Raw, Raw | None]:
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path}: cannot be read as .npz (it is no archive of arrays)")
    with np.load(path, allow_pickle=False) as found:
        for names in NAMES:
            if set(names) <= set(found.files):
                a, b, c, d = (found[name] for name in names)
                return (a, b.reshape(-1)), (c, d.reshape(-1))
        for names in (*WHOLE, *(n[:2] for n in NAMES)):
            if set(names) <= set(found.files):
                return (found[names[0]], found[names[1]].reshape(-1)), None
        wanted = "; ".join(", ".join(names) for names in (*NAMES, *WHOLE))
        raise ValueError(f"{path}: holds {', '.join(found.files)}; needed are {wanted}")


def _csv(path: Path, label: str, shape: tuple[int, ...]) -> tuple[Raw, Raw | None]:
    """One line per image: its label in one column, pixels in the others, row by row."""
    import pandas as pd

    try:
        table = pd.read_csv(io.BytesIO(path.read_bytes()), encoding="utf-8-sig")
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not readable as CSV ({error})") from error
    if label not in table.columns:
        shown = ", ".join(map(str, table.columns[:5]))
        raise ValueError(f'{path}: has no column "{label}"; its columns begin {shown}')
    labels = table.pop(label).to_numpy()
    count = int(np.prod(shape))
    if table.shape[1] != count:
        raise ValueError(
            f"{path}: {table.shape[1]} columns beside {label}, the shape {list(shape)} has {count}"
        )
    pixels = table.to_numpy()
    if pixels.dtype.kind not in "iuf":
        raise ValueError(f"{path}: a pixel is not a number")
    return (pixels.reshape(-1, *shape), labels), None


def _folder(path: Path, side: int | None) -> tuple[Raw, Raw | None]:
    """`<class>/*.png`, or `train/<class>/` and `test/<class>/`; all images of one size."""
    if not path.is_dir():
        raise ValueError(f"{path}: there is no such folder; paths begin at the suite's own folder")
    if (path / "train").is_dir() and (path / "test").is_dir():
        mode = _mode(path)
        return _classes(path / "train", mode, side), _classes(path / "test", mode, side)
    return _classes(path, _mode(path), side), None


def _images(path: Path) -> list[Path]:
    return sorted(f for f in path.rglob("*") if f.suffix.lower() in SUFFIXES and f.is_file())


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    from PIL import Image

    try:
        with Image.open(file) as image:
            yield image
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"{file}: not a readable image ({error})") from error


def _mode(path: Path) -> str:
    """Pillow's mode for all images: with colors where any has some."""
    for file in _images(path):
        with _opened(file) as image:
            if image.mode not in ("1", "L", "LA", "I", "I;16", "F"):
                return "RGB"
    return "L"


def _classes(path: Path, mode: str, side: int | None) -> Raw:
    images, labels = [], []
    for folder in sorted(f for f in path.iterdir() if f.is_dir() and not f.name.startswith(".")):
        for file in _images(folder):
            with _opened(file) as opened:
                image = opened.convert(mode)
            if side is not None and image.size != (side, side):
                image = image.resize((side, side), _BILINEAR)
            images.append(np.asarray(image))
            if images[-1].shape != images[0].shape:
                raise ValueError(
                    f"{file}: {image.size[0]}×{image.size[1]} pixels, other images have "
                    f"{images[0].shape[1]}×{images[0].shape[0]}; give resize = 32 or the like"
                )
            labels.append(folder.name)
    if not images:
        raise ValueError(f"{path}: no images; expected <class>/*.png in it")
    return np.stack(images), np.array(labels)


_BILINEAR = 2
"""Pillow's `Resampling.BILINEAR`."""
_READERS: dict[str, Callable[..., tuple[Raw, Raw | None]]] = {
    "npz": _npz,
    "csv": _csv,
    "folder": _folder,
}
