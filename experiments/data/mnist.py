"""MNIST from the four unpacked IDX files in ``MNIST/raw``, as torchvision leaves them."""

from pathlib import Path

import numpy as np

from experiments.data.arrays import Arrays, Bytes, arrange, verify
from experiments.data.catalog import DATASETS, DatasetFacts
from experiments.data.download import Download, fetch
from report.errors import UserError

FILES = tuple(
    f"MNIST/raw/{split}-{content}-ubyte"
    for split in ("train", "t10k")
    for content in ("images-idx3", "labels-idx1")
)


def load(data_dir: Path, download: Download, facts: DatasetFacts = DATASETS["mnist"]) -> Arrays:
    """The whole of MNIST, verified; downloaded first when a file is missing.

    torchvision does not check the unpacked files; the digest of the arrays is checked here.
    Raises UserError when a file cannot be had or is not the published one.
    """
    fetch("mnist", FILES, data_dir, download)
    size, pixels = (facts.train_size, facts.test_size), facts.image_shape
    images = [read_idx(data_dir / FILES[2 * i], (size[i], *pixels[1:])) for i in range(2)]
    labels = [read_idx(data_dir / FILES[2 * i + 1], (size[i],)) for i in range(2)]
    train, test = ((x[:, None], y) for x, y in zip(images, labels, strict=True))
    folder = data_dir / "MNIST" / "raw"
    remedy = "delete the folder and run again to download it"
    return verify(arrange(train, test), facts, str(folder), remedy)


def read_idx(path: Path, shape: tuple[int, ...]) -> Bytes:
    """The uint8 array of one IDX file, which must have the given shape.

    The format (LeCun's MNIST page): two zero bytes, 0x08 for unsigned byte, the number of
    dimensions, each size as a big-endian 32-bit integer, then the bytes.
    """
    header = bytes((0, 0, 8, len(shape))) + np.array(shape, dtype=">u4").tobytes()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    remedy = "delete it and run again to download it, or put a whole copy there"
    expected = len(header) + int(np.prod(shape))
    if len(content) != expected:
        raise UserError(f"{path}: {len(content)} bytes, expected {expected}; {remedy}")
    if not content.startswith(header):
        raise UserError(f"{path}: not an IDX file of shape {shape}; {remedy}")
    return np.frombuffer(content, dtype=np.uint8, offset=len(header)).reshape(shape)
