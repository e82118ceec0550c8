"""Decoded arrays on disk: one file with the bytes of the four arrays and nothing else.

Its SHA-256 is the pinned digest of the data set, so ``sha256sum`` is enough to check it. No pickle,
no header, nothing to parse.
"""

import logging
from pathlib import Path

import numpy as np

from experiments.data.arrays import Arrays
from experiments.data.catalog import DatasetFacts
from report.errors import UserError
from report.records.files import write_bytes


def read_cache(path: Path, facts: DatasetFacts) -> Arrays | None:
    """The arrays, or None when there is no such file, or one with other bytes than pinned."""
    shapes = [
        shape
        for size in (facts.train_size, facts.test_size)
        for shape in ((size, *facts.image_shape), (size,))
    ]
    sizes = [int(np.prod(shape)) for shape in shapes]
    try:
        if path.stat().st_size != sum(sizes):
            return None
        flat = np.fromfile(path, dtype=np.uint8)
    except OSError:
        return None
    parts = np.split(flat, np.cumsum(sizes)[:-1])
    arrays = Arrays(*(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)))
    return arrays if arrays.sha256() == facts.sha256 else None


def write_cache(path: Path, arrays: Arrays) -> None:
    """Write the file whole or not at all. A failure is ignored: the next load decodes again."""
    try:
        write_bytes(path, b"".join(array.data for array in arrays))
    except UserError as error:
        log = logging.getLogger(__name__)
        log.warning("%s: the images are decoded again next time", error)
