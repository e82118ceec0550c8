"""MNIST from the four unpacked IDX files in ``MNIST/raw``, as torchvision leaves them."""

from pathlib import Path

from experiments.data.arrays import Arrays, Bytes, arrange, verify
from experiments.data.catalog import DATASETS, DatasetFacts
from experiments.data.download import Download, fetch
from experiments.data.idx import parse_idx
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
    rows, columns = facts.image_shape[1:]
    images, labels, tests, answers = (
        read_idx(data_dir / file, shape)
        for file, shape in zip(
            FILES,
            [s for n in (facts.train_size, facts.test_size) for s in ((n, rows, columns), (n,))],
            strict=True,
        )
    )
    arrays = arrange((images[:, None], labels), (tests[:, None], answers))
    remedy = "delete the folder and run again to download it"
    return verify(arrays, facts, str(data_dir / "MNIST" / "raw"), remedy)


def read_idx(path: Path, shape: tuple[int, ...]) -> Bytes:
    """The uint8 array of one IDX file, which must have the given shape; raises UserError."""
    try:
        array = parse_idx(path.read_bytes())
        if array.shape != shape:
            raise ValueError(f"of shape {array.shape}, expected {shape}")
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise UserError(
            f"{path}: not the published file ({error}); delete it and run again to download it, "
            "or put a whole copy there"
        ) from error
    return array
