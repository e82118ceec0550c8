"""What is known about every image data set without loading it. Imports no torch.

Sources: MNIST, LeCun et al. 1998; CIFAR-10, Krizhevsky 2009; digits, the test part of the UCI data
set "Optical Recognition of Handwritten Digits" as scikit-learn ships it; shapes, drawn by
:mod:`experiments.data.shapes`; the others, as torchvision names and checks them.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class DatasetFacts:
    """A data set as published: before a subset is taken, before images are resized."""

    key: str
    name: str
    image_shape: tuple[int, int, int]
    """Channels, height, width."""
    classes: tuple[str, ...]
    train_size: int
    test_size: int
    sha256: str
    """Digest that :meth:`experiments.data.arrays.Arrays.sha256` must give; for a synthetic set,
    the one drawn from seed 0."""
    synthetic: bool = False
    """Drawn by the program: no photograph, no handwriting."""
    md5: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Of a set whose digest is made of them: the sums of its files, by their paths in the data
    folder."""

    @property
    def title(self) -> str:
        """The name as prose gives it; a synthetic set is always called so."""
        return f"{self.name} (synthetic)" if self.synthetic else self.name


def _words(text: str, between: str = " ") -> tuple[str, ...]:
    return tuple(text.split(between))


_DIGITS = tuple("0123456789")


def _published(
    name: str,
    image_shape: tuple[int, int, int],
    classes: tuple[str, ...],
    sizes: tuple[int, int],
    folder: str,
    md5: Mapping[str, str],
) -> DatasetFacts:
    """A set of torchvision whose digest is known before anything is downloaded.

    Each file must have the MD5 sum that torchvision publishes; the digest is that of the sums.
    """
    key, digest = name.lower().replace("-", ""), hashlib.sha256("\n".join(md5.values()).encode())
    files = {f"{folder}{file}": value for file, value in md5.items()}
    return DatasetFacts(key, name, image_shape, classes, *sizes, digest.hexdigest(), md5=files)


def _like_mnist(name: str, classes: str, *sums: str) -> DatasetFacts:
    files = [f"{s}-{c}-ubyte.gz" for s in ("train", "t10k") for c in ("images-idx3", "labels-idx1")]
    md5 = dict(zip(files, sums, strict=True))
    folder = f"{name}/raw/"
    return _published(name, (1, 28, 28), _words(classes, ","), (60_000, 10_000), folder, md5)


_SETS = (
    DatasetFacts(
        key="mnist",
        name="MNIST",
        image_shape=(1, 28, 28),
        classes=_DIGITS,
        train_size=60_000,
        test_size=10_000,
        sha256="1f08e55ef58616522ef80fda38acf45337c424ab11968299ccab84abbbf631a1",
    ),
    DatasetFacts(
        key="cifar10",
        name="CIFAR-10",
        image_shape=(3, 32, 32),
        classes=_words("airplane automobile bird cat deer dog frog horse ship truck"),
        train_size=50_000,
        test_size=10_000,
        sha256="a16a298fbd9199cee070fb3c3ab0d68595b78ec260a36738f299ed6e5ecf684b",
    ),
    DatasetFacts(
        key="digits",
        name="digits",
        image_shape=(1, 8, 8),
        classes=_DIGITS,
        train_size=1437,
        test_size=360,
        sha256="3bb2ade7aee7d1cee9589def3615248d5dd7fbede660b099be8970499d9c9434",
    ),
    DatasetFacts(
        key="shapes",
        name="shapes",
        image_shape=(3, 32, 32),
        classes=_words(
            "circle ring half-circle crescent triangle square rectangle cross star corner"
        ),
        train_size=5000,
        test_size=1000,
        sha256="dfd74fbe79d36a9328b3b8c3325669d3ddde04a22e04d8dcdf1a7080080f77f1",
        synthetic=True,
    ),
    _like_mnist(
        "FashionMNIST",
        "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot",
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ),
    _like_mnist(
        "KMNIST",
        "o,ki,su,tsu,na,ha,ma,ya,re,wo",
        "bdb82020997e1d708af4cf47b453dcf7",
        "e144d726b3acfaa3e44228e80efcd344",
        "5c965bf0a639b31b8f53240b1b52f4d7",
        "7320c461ea6c1c855c0b718fb2a4b134",
    ),
    _published(
        "CIFAR-100",
        (3, 32, 32),
        tuple(map(str, range(100))),
        (50_000, 10_000),
        "cifar-100-python/",
        {"train": "16019d7e3df5f24257cddd939b257f8d", "test": "f0ef6b0ae62326f3e7ffdfab6717acfc"},
    ),
    _published(
        "SVHN",
        (3, 32, 32),
        _DIGITS,
        (73_257, 26_032),
        "",
        {
            "train_32x32.mat": "e26dedcc434d2e4c54c9b2d4a06d8373",
            "test_32x32.mat": "eb5a983be6a315427106f1b164d9cef3",
        },
    ),
    _published(
        "USPS",
        (1, 16, 16),
        _DIGITS,
        (7291, 2007),
        "",
        {
            "usps.bz2": "ec16c51db3855ca6c91edd34d0e9b197",
            "usps.t.bz2": "8ea070ee2aca1ac39742fdd1ef5ed118",
        },
    ),
    _published(
        "STL-10",
        (3, 96, 96),
        _words("airplane bird car cat deer dog horse monkey ship truck"),
        (5000, 8000),
        "stl10_binary/",
        {
            "train_X.bin": "918c2871b30a85fa023e0c44e0bee87f",
            "train_y.bin": "5a34089d4802c674881badbb80307741",
            "test_X.bin": "7f263ba9f9e0b06b93213547f721ac82",
            "test_y.bin": "36f9794fa4beb8a2c72628de14fa638e",
        },
    ),
)

DATASETS: dict[str, DatasetFacts] = {facts.key: facts for facts in _SETS}
"""Facts of each data set by its key in the settings."""
