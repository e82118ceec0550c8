from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.data import mnist
from report.errors import UserError


def never(name: str, folder: Path) -> None:
    raise AssertionError("nothing had to be downloaded")


def no_network(name: str, folder: Path) -> None:
    raise OSError("Network is unreachable")


def test_files_become_the_arrays(mnist_like: Any, tmp_path: Path) -> None:
    mnist_like.write_idx(tmp_path)
    arrays = mnist.load(tmp_path, never, mnist_like.facts)
    assert arrays.train_images.shape == (50, 1, 28, 28)
    for got, expected in zip(arrays, mnist_like.arrays, strict=True):
        np.testing.assert_array_equal(got, expected)
    image, label = mnist_like.train[0][7], mnist_like.train[1][7]
    (at,) = np.flatnonzero((arrays.train_images == image).all(axis=(1, 2, 3)))
    assert arrays.train_labels[at] == label


def test_downloads_what_is_missing_once(mnist_like: Any, tmp_path: Path) -> None:
    calls = []

    def download(name: str, folder: Path) -> None:
        calls.append(name)
        mnist_like.write_idx(folder)

    for _ in range(2):
        mnist.load(tmp_path / "new data", download, mnist_like.facts)
    assert calls == ["mnist"]
    assert not (tmp_path / "new data/.cache/download").exists()


def test_download_that_breaks_off_does_not_matter_to_the_next(
    mnist_like: Any, tmp_path: Path
) -> None:
    def breaks_off(name: str, folder: Path) -> None:
        mnist_like.write_idx(folder)
        (folder / mnist.FILES[3]).unlink()
        raise EOFError("Compressed file ended before the end-of-stream marker was reached")

    with pytest.raises(UserError, match=r"end-of-stream marker.*--data-dir.*suite quick"):
        mnist.load(tmp_path, breaks_off, mnist_like.facts)
    assert [path.name for path in tmp_path.iterdir()] == [".cache"]

    (tmp_path / ".cache/download/MNIST/raw").mkdir(parents=True)  # as kill -9 leaves it
    (tmp_path / ".cache/download" / mnist.FILES[0]).write_bytes(b"half")
    mnist.load(tmp_path, lambda _, folder: mnist_like.write_idx(folder), mnist_like.facts)


def test_no_network(mnist_like: Any, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        mnist.load(tmp_path, no_network, mnist_like.facts)
    message = str(error.value)
    assert str(tmp_path / "MNIST/raw/train-images-idx3-ubyte") in message
    assert "Network is unreachable" in message
    assert "--data-dir" in message
    assert "quick" in message
    assert "\n" not in message


def test_data_dir_that_is_a_file(mnist_like: Any, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(UserError, match="data"):
        mnist.load(tmp_path / "data", never, mnist_like.facts)


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda content: content[:-1],
    "empty": lambda content: b"",
    "lengthened": lambda content: content + b"\0",
    "another header": lambda content: b"\0\0\x0d" + content[3:],
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("file", mnist.FILES)
def test_damaged_file_is_named(damage: str, file: str, mnist_like: Any, tmp_path: Path) -> None:
    mnist_like.write_idx(tmp_path)
    path = tmp_path / file
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    with pytest.raises(UserError, match=f"{path.name}: .*delete it and run again"):
        mnist.load(tmp_path, never, mnist_like.facts)


@pytest.mark.parametrize("file", mnist.FILES)
def test_one_bit_is_noticed(file: str, mnist_like: Any, tmp_path: Path) -> None:
    mnist_like.write_idx(tmp_path)
    path = tmp_path / file
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes((content[-1] ^ 1,)))
    with pytest.raises(UserError, match=r"MNIST.raw: these are not the images .*SHA-256"):
        mnist.load(tmp_path, never, mnist_like.facts)
