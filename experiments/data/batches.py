"""CIFAR-10 from ``cifar-10-batches-py``, six pickles written by Python 2.

A pickle can run any program. These are read only when their bytes have the published MD5 sums
(torchvision carries them), and even then by an unpickler that rebuilds NumPy arrays and plain
containers and refuses every other name.
"""

import hashlib
import io
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from experiments.data.arrays import Arrays, Bytes, arrange
from experiments.data.catalog import DatasetFacts
from report.errors import UserError

FOLDER = "cifar-10-batches-py"
TEST = "test_batch"
MD5 = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    TEST: "40351d587109b95175f43aff81a1287e",
}
FILES = tuple(f"{FOLDER}/{batch}" for batch in MD5)


Split = tuple[Bytes, Bytes]
"""Images (N, C, H, W) and labels (N,)."""


def read_batches(data_dir: Path, facts: DatasetFacts, md5: Mapping[str, str] = MD5) -> Arrays:
    """The six batches, the test batch last, as arrays in canonical order.

    Raises UserError for a file that cannot be read or is not the published one.
    """
    *train, test = (_read(data_dir / FOLDER / name, md5[name], facts) for name in md5)
    images, labels = (np.concatenate(arrays) for arrays in zip(*train, strict=True))
    return arrange((images, labels), test)


def _read(path: Path, md5: str, facts: DatasetFacts) -> Split:
    content = published_file(path, md5)
    try:
        return unpickled(content, facts, b"labels")
    except (pickle.UnpicklingError, EOFError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path}: not a CIFAR-10 batch ({error}); delete it and run again to download it"
        ) from error


def published_file(path: Path, md5: str) -> bytes:
    """Content of a file that must have the published MD5 sum; raises UserError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if digest != md5:
        raise UserError(
            f"{path}: truncated or not the published file (MD5 {digest}, expected {md5}); delete "
            "it and run again to download it"
        )
    return content


def unpickled(content: bytes, facts: DatasetFacts, labels: bytes) -> Split:
    """A batch of CIFAR-10 or CIFAR-100, its labels by their name in it; raises what pickles do."""
    batch = ArraysOnly(io.BytesIO(content), encoding="bytes").load()
    images = np.asarray(batch[b"data"], dtype=np.uint8).reshape(-1, *facts.image_shape)
    return images, np.asarray(batch[labels], dtype=np.uint8)


class ArraysOnly(pickle.Unpickler):
    """Knows the three names that an array pickled by NumPy needs, under their names of 2009."""

    _reconstruct = np.empty(0).__reduce__()[0]
    _names = {  # noqa: RUF012 - never changed
        ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
    }

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        try:
            return self._names[module_name, global_name]
        except KeyError:
            raise pickle.UnpicklingError(f"it names {module_name}.{global_name}") from None
