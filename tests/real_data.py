"""MNIST and CIFAR-10 themselves, for the few tests that need them."""

import os
from pathlib import Path

import pytest

from tests.project import ROOT

REAL = Path(os.environ.get("HOMEWORK_DATA", ROOT / "data"))
FOLDERS = {
    "mnist": ("MNIST/raw",),
    "cifar10": ("cifar10", "cifar-10-batches-py", ".cache/cifar10.bin"),
}
"""Where a data set may lie below the folder of data, in one of several forms."""


def needed(*names: str) -> None:
    """Skip where one of these data sets is missing, naming it and where it was looked for."""
    for name in names:
        if not any((REAL / folder).exists() for folder in FOLDERS[name]):
            places = " or ".join(FOLDERS[name])
            pytest.skip(f"{name}: no {places} in {REAL} (set HOMEWORK_DATA)")
