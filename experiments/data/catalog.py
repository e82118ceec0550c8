"""What is known about every image data set without loading it. Imports no torch.

Sources: MNIST, LeCun et al. 1998; CIFAR-10, Krizhevsky 2009; digits, the test part of the UCI data
set "Optical Recognition of Handwritten Digits" as scikit-learn ships it; shapes, drawn by
:mod:`experiments.data.shapes`.
"""

from dataclasses import dataclass


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

    @property
    def title(self) -> str:
        """The name as prose gives it; a synthetic set is always called so."""
        return f"{self.name} (synthetic)" if self.synthetic else self.name


_DIGITS = tuple("0123456789")

DATASETS: dict[str, DatasetFacts] = {
    facts.key: facts
    for facts in (
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
            classes=(
                "airplane",
                "automobile",
                "bird",
                "cat",
                "deer",
                "dog",
                "frog",
                "horse",
                "ship",
                "truck",
            ),
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
            classes=(
                "circle",
                "ring",
                "half-circle",
                "crescent",
                "triangle",
                "square",
                "rectangle",
                "cross",
                "star",
                "corner",
            ),
            train_size=5000,
            test_size=1000,
            sha256="dfd74fbe79d36a9328b3b8c3325669d3ddde04a22e04d8dcdf1a7080080f77f1",
            synthetic=True,
        ),
    )
}


def describe(name: str) -> DatasetFacts:
    """Facts of one data set by its key in the settings."""
    return DATASETS[name]
