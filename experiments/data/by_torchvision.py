"""Any classification set of torchvision that the catalog lacks, read by torchvision's own class.

What is known of such a set is found in its images, not written down: it is decoded once, below
`.cache` in the data folder, with its digest beside it, which enters the keys of records. Torch and
torchvision are imported only where a set must be decoded.
"""

import json
import logging
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from operator import index
from pathlib import Path
from typing import Any

import numpy as np

from experiments.data.arrays import Arrays, Bytes, arrange, canonical
from experiments.data.batches import Split
from experiments.data.catalog import DATASETS, DatasetFacts
from experiments.data.decoded import read_cache, write_cache
from experiments.data.download import TIMEOUT_SECONDS, cache_dir, exclusive
from experiments.data.own import FEWEST, MOST_CLASSES
from experiments.data.published import READERS
from experiments.data.torchvision_sets import SETS
from report.errors import UserError
from report.records.files import write_text

GRAY = ("1", "L", "LA", "I", "I;16", "F")
"""Pillow's modes without colors."""
BILINEAR = 2
"""Pillow's `Resampling.BILINEAR`."""


@dataclass(frozen=True)
class Decoded:
    """A set that was decoded below a data folder; processes enroll it before they use settings."""

    request: "Request"
    facts: DatasetFacts

    def enroll(self) -> None:
        """Let settings and loaders know the set by its key, in this process."""
        DATASETS[self.facts.key] = self.facts
        READERS[self.facts.key] = lambda _contents, _facts: self._splits()

    def _splits(self) -> tuple[Split, Split]:
        arrays = read_cache(self.request.path(".bin"), self.facts)
        if arrays is None:
            arrays, facts = self.request.decode(download=True)
            if facts != self.facts:
                raise UserError(f"{self.request.data_dir}: {facts.name} has changed; run again")
        images, labels, tests, answers = arrays
        return (images, labels), (tests, answers)


@dataclass(frozen=True)
class Request:
    """A set as a suite names it.

    Attributes:
        name: of torchvision's class.
        options: further arguments of it.
        side: pixels to which images are resized, None: as published.
        data_dir: the data folder.
    """

    name: str
    options: tuple[tuple[str, Any], ...]
    side: int | None
    data_dir: Path

    @property
    def title(self) -> str:
        """The name as prose gives it."""
        return " ".join([self.name, *(str(value) for _, value in self.options)])

    @property
    def key(self) -> str:
        """The name in settings; images that were resized are a set of their own."""
        side = [] if self.side is None else [str(self.side)]
        return "-".join([*self.title.lower().split(), *side])

    def path(self, suffix: str) -> Path:
        """Where the decoded arrays lie, and what is known of them."""
        return cache_dir(self.data_dir) / f"{self.key}{suffix}"

    def decoded(self, download: bool) -> Decoded:
        """The set, decoded before or now; raises UserError where its files cannot be had."""
        facts = self._known()
        if facts is None:
            with exclusive(self.data_dir):
                facts = self._known() or self.decode(download)[1]
        return Decoded(self, facts)

    def _known(self) -> DatasetFacts | None:
        try:
            found = json.loads(self.path(".json").read_bytes())
            found |= {k: tuple(found[k]) for k in ("image_shape", "classes")}
            facts = DatasetFacts(**found)
            return facts if self.path(".bin").stat().st_size == _size(facts) else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def decode(self, download: bool) -> tuple[Arrays, DatasetFacts]:
        """Read the set from torchvision's files; keep its arrays and what is known of them."""
        try:
            with self._opened(download) as parts:
                arrays, classes = _arrays(parts, self.side)
        except (OSError, RuntimeError, ValueError, TypeError, KeyError, IndexError) as error:
            cause = " ".join(str(error).split()) or type(error).__name__
            raise UserError(f"{self.title} {cause}") from error
        _, *shape = arrays.train_images.shape
        facts = DatasetFacts(
            key=self.key,
            name=self.title,
            image_shape=(shape[0], shape[1], shape[2]),
            classes=classes,
            train_size=len(arrays.train_labels),
            test_size=len(arrays.test_labels),
            sha256=arrays.sha256(),
        )
        write_cache(self.path(".bin"), arrays)
        known = {key: value for key, value in asdict(facts).items() if key != "md5"}
        try:
            write_text(self.path(".json"), json.dumps(known) + "\n")
        except UserError as error:
            logging.getLogger(__name__).warning("%s: decoded again next time", error)
        return arrays, facts

    @contextmanager
    def _opened(self, download: bool) -> Iterator[list[Any]]:
        """torchvision's data sets, training first; what is missing is downloaded into the folder.

        A download goes into a folder aside, and what came of it is moved when it was read.
        """
        try:
            parts = self._parts(self.data_dir)
        except _AbsentError as error:
            here = str(error)
        else:
            yield parts
            return
        advice = "put its files there as torchvision unpacks them, or name another --data-dir"
        if not download:
            raise RuntimeError(
                f'is not in {self.data_dir} ({here}): "homework run" downloads it; or {advice}'
            )
        aside = cache_dir(self.data_dir) / "download"
        before = socket.getdefaulttimeout()
        socket.setdefaulttimeout(TIMEOUT_SECONDS)
        try:
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(parents=True)
            try:
                parts = self._parts(aside, download=True)
            except _AbsentError as error:
                raise RuntimeError(
                    f"is not in {self.data_dir} ({here}) and could not be downloaded ({error}): "
                    f"connect to the internet, or {advice}, or run the suite quick, which needs no "
                    "download"
                ) from error
            yield parts
            for entry in aside.iterdir():
                if not (self.data_dir / entry.name).exists():
                    entry.replace(self.data_dir / entry.name)
        finally:
            socket.setdefaulttimeout(before)
            shutil.rmtree(aside, ignore_errors=True)

    def _parts(self, root: Path, *, download: bool = False) -> list[Any]:
        kind, words = SETS[self.name], dict(self.options)
        if self.name != "FER2013":  # which cannot be downloaded
            words["download"] = download
        parts = [part for part in (kind.train, kind.test) if part is not None]
        try:
            from torchvision import datasets

            return [getattr(datasets, self.name)(root=str(root), **words, **part) for part in parts]
        except Exception as error:  # of whatever kind: it reads the user's files
            cause = " ".join(str(error).split()) or type(error).__name__
            raise _AbsentError(cause.partition(" You can use download")[0].rstrip(".")) from error


class _AbsentError(Exception):
    """torchvision's class does not find its files."""


def _size(facts: DatasetFacts) -> int:
    return (facts.train_size + facts.test_size) * (int(np.prod(facts.image_shape)) + 1)


def _arrays(parts: list[Any], side: int | None) -> tuple[Arrays, tuple[str, ...]]:
    """Arrays in canonical order, and the names of their classes; raises ValueError."""
    read = [_read(part, side) for part in parts]
    channels = max(len(image) for images, _ in read for image in images)
    sizes = list(dict.fromkeys(image.shape[1:] for images, _ in read for image in images))
    if len(sizes) > 1:
        first, second = (f"{width}×{height}" for height, width in sizes[:2])
        raise ValueError(
            f"has images of {first} and of {second} pixels; give resize = 32 or the like"
        )
    known = sorted({label for _, labels in read for label in labels})
    if not 2 <= len(known) <= MOST_CLASSES:
        raise ValueError(f"has {len(known)} classes, 2 to {MOST_CLASSES} can be told apart")
    place = {label: np.uint8(index) for index, label in enumerate(known)}
    splits = [
        (
            np.stack([np.broadcast_to(image, (channels, *sizes[0])) for image in images]),
            np.array([place[label] for label in labels]),
        )
        for images, labels in read
    ]
    if len(splits) > 1:
        arrays = arrange(*splits)
    else:
        images, labels = canonical(*splits[0])
        cut = len(labels) - len(labels) // 5
        arrays = Arrays(images[:cut], labels[:cut], images[cut:], labels[cut:])
    for part, split in ((arrays.train_labels, "training"), (arrays.test_labels, "test")):
        if len(part) < FEWEST:
            raise ValueError(f"has {len(part)} {split} images, at least {FEWEST} are needed")
    names = getattr(parts[0], "classes", ())
    return arrays, tuple(_class(names, label) for label in known)


def _read(part: Any, side: int | None) -> tuple[list[Bytes], list[int]]:
    """Images as (C, H, W), in gray where they have no colors, and their labels."""
    images, labels = [], []
    for number in range(len(part)):
        image, label = part[number]
        image = image.convert("L" if image.mode in GRAY else "RGB")
        if side is not None and image.size != (side, side):
            image = image.resize((side, side), BILINEAR)
        pixels = np.asarray(image)
        images.append(pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1))
        labels.append(index(label))
    return images, labels


def _class(names: Any, label: int) -> str:
    found = names[label] if label < len(names) else label
    return ", ".join(found) if isinstance(found, (tuple, list)) else str(found)
