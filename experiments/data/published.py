"""Classification sets of torchvision by class name, from the files that torchvision downloads.

Each file must have the MD5 sum that torchvision publishes. The digest of such a set is that of
these sums: it is known before anything is downloaded. Imports no torch.
"""

import bz2
import gzip
import hashlib
import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from experiments.data.arrays import Arrays, Bytes, arrange
from experiments.data.batches import ArraysOnly
from experiments.data.catalog import DatasetFacts
from experiments.data.idx import parse_idx
from report.errors import UserError

Split = tuple[Bytes, Bytes]
"""Images (N, C, H, W) and labels (N,)."""
_DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class Published:
    """A set as published.

    Attributes:
        facts: what is known of it; `sha256` is found from the sums.
        folder: below the data folder, where torchvision puts the files.
        md5: the sum of each file.
        addresses: what is downloaded, into the folder; one archive is unpacked beside it.
        read: both splits from the files' contents in order; raises ValueError and its kin.
    """

    facts: DatasetFacts
    folder: str
    md5: Mapping[str, str]
    addresses: tuple[str, ...]
    read: Callable[[list[bytes], DatasetFacts], tuple[Split, Split]]
    archive_md5: str | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """Paths below the data folder."""
        return tuple(str(Path(self.folder, name)) for name in self.md5)

    @property
    def digest(self) -> str:
        """SHA-256 of the published sums."""
        return hashlib.sha256("\n".join(self.md5.values()).encode()).hexdigest()


def _idx(contents: list[bytes], facts: DatasetFacts) -> tuple[Split, Split]:
    images, labels, tests, answers = (parse_idx(gzip.decompress(content)) for content in contents)
    return (images[:, None], labels), (tests[:, None], answers)


def _cifar100(contents: list[bytes], facts: DatasetFacts) -> tuple[Split, Split]:
    train, test = (ArraysOnly(io.BytesIO(content), encoding="bytes").load() for content in contents)
    first, second = (
        (
            np.asarray(part[b"data"], dtype=np.uint8).reshape(-1, *facts.image_shape),
            np.asarray(part[b"fine_labels"], dtype=np.uint8),
        )
        for part in (train, test)
    )
    return first, second


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


def _zipped(folder: str, mirror: str, sums: tuple[str, str, str, str], **facts: str) -> Published:
    names = (
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    )
    classes = tuple(facts["classes"].split(","))
    known = DatasetFacts(folder.lower(), folder, (1, 28, 28), classes, 60_000, 10_000, "")
    return Published(
        known,
        f"{folder}/raw",
        dict(zip(names, sums, strict=True)),
        tuple(mirror + name for name in names),
        _idx,
    )


_SETS = (
    _zipped(
        "FashionMNIST",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        (
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
        classes="T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot",
    ),
    _zipped(
        "KMNIST",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        (
            "bdb82020997e1d708af4cf47b453dcf7",
            "e144d726b3acfaa3e44228e80efcd344",
            "5c965bf0a639b31b8f53240b1b52f4d7",
            "7320c461ea6c1c855c0b718fb2a4b134",
        ),
        classes="o,ki,su,tsu,na,ha,ma,ya,re,wo",
    ),
    Published(
        DatasetFacts(
            "cifar100", "CIFAR-100", (3, 32, 32), tuple(map(str, range(100))), 50_000, 10_000, ""
        ),
        "cifar-100-python",
        {
            "train": "16019d7e3df5f24257cddd939b257f8d",
            "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
        },
        ("https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",),
        _cifar100,
        "eb9058c3a382ffc7106e4002c42a8d85",
    ),
    Published(
        DatasetFacts("svhn", "SVHN", (3, 32, 32), _DIGITS, 73_257, 26_032, ""),
        "",
        {
            "train_32x32.mat": "e26dedcc434d2e4c54c9b2d4a06d8373",
            "test_32x32.mat": "eb5a983be6a315427106f1b164d9cef3",
        },
        (
            "http://ufldl.stanford.edu/housenumbers/train_32x32.mat",
            "http://ufldl.stanford.edu/housenumbers/test_32x32.mat",
        ),
        _svhn,
    ),
    Published(
        DatasetFacts("usps", "USPS", (1, 16, 16), _DIGITS, 7291, 2007, ""),
        "",
        {
            "usps.bz2": "ec16c51db3855ca6c91edd34d0e9b197",
            "usps.t.bz2": "8ea070ee2aca1ac39742fdd1ef5ed118",
        },
        (
            "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/usps.bz2",
            "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/usps.t.bz2",
        ),
        _usps,
    ),
    Published(
        DatasetFacts(
            "stl10",
            "STL-10",
            (3, 96, 96),
            ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"),
            5000,
            8000,
            "",
        ),
        "stl10_binary",
        {
            "train_X.bin": "918c2871b30a85fa023e0c44e0bee87f",
            "train_y.bin": "5a34089d4802c674881badbb80307741",
            "test_X.bin": "7f263ba9f9e0b06b93213547f721ac82",
            "test_y.bin": "36f9794fa4beb8a2c72628de14fa638e",
        },
        ("http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",),
        _stl10,
        "91f7769df0f17e558f3565bffb0c7dfb",
    ),
)

PUBLISHED: dict[str, Published] = {
    made.facts.key: replace(made, facts=replace(made.facts, sha256=made.digest)) for made in _SETS
}


def read_published(data_dir: Path, published: Published) -> Arrays:
    """The whole set in canonical order; raises UserError for a file that is not the published."""
    contents = [_verified(data_dir / published.folder / n, m) for n, m in published.md5.items()]
    facts = published.facts
    try:
        train, test = published.read(contents, facts)
    except (ValueError, KeyError, TypeError, IndexError, OSError, EOFError) as error:
        raise _unreadable(data_dir, published, error) from error
    except pickle.UnpicklingError as error:
        raise _unreadable(data_dir, published, error) from error
    for (images, labels), size in ((train, facts.train_size), (test, facts.test_size)):
        if images.shape != (size, *facts.image_shape) or labels.shape != (size,):
            raise _unreadable(data_dir, published, f"shapes {images.shape} and {labels.shape}")
    return arrange(train, test)


def _unreadable(data_dir: Path, published: Published, cause: object) -> UserError:
    return UserError(
        f"{data_dir / published.folder}: not readable as {published.facts.name} ({cause}); delete "
        "its files and run again to download them"
    )


def _verified(path: Path, md5: str) -> bytes:
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
