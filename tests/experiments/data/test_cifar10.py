import hashlib
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from experiments.data import batches, cifar10
from report.errors import UserError


def never(name: str, folder: Path) -> None:
    raise AssertionError("nothing had to be downloaded")


def assert_equal(got: Any, expected: Any) -> None:
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_pinned_sums_are_those_of_torchvision() -> None:
    from torchvision.datasets import CIFAR10

    assert dict(CIFAR10.train_list + CIFAR10.test_list) == batches.MD5


def test_folders_and_batches_give_the_same(cifar_like: Any, tmp_path: Path) -> None:
    cifar_like.write_folders(tmp_path / "a")
    sums = cifar_like.write_batches(tmp_path / "b")
    a = cifar10.load(tmp_path / "a", never, cifar_like.facts)
    b = cifar10.load(tmp_path / "b", never, cifar_like.facts, sums)
    assert_equal(a, b)
    assert_equal(a, cifar_like.arrays)
    assert len(set(a.train_labels[:10].tolist())) > 1  # not class after class


def test_file_names_and_strangers_do_not_matter(cifar_like: Any, tmp_path: Path) -> None:
    cifar_like.write_folders(tmp_path)
    for path in sorted(tmp_path.rglob("*.png")):
        name = hashlib.sha256(path.name.encode()).hexdigest()[:9] + " é.PNG"
        path.rename(path.with_name(name))
    (tmp_path / "cifar10/train/.DS_Store").write_text("")
    (tmp_path / "cifar10/train/cat/Thumbs.db").write_text("")
    (tmp_path / "cifar10/train/cat/.hidden.png").write_text("")
    assert_equal(cifar10.load(tmp_path, never, cifar_like.facts), cifar_like.arrays)


def test_downloads_when_nothing_is_there(cifar_like: Any, tmp_path: Path) -> None:
    sums: dict[str, str] = cifar_like.write_batches(tmp_path / "elsewhere")

    def download(name: str, folder: Path) -> None:
        cifar_like.write_batches(folder)

    assert_equal(cifar10.load(tmp_path, download, cifar_like.facts, sums), cifar_like.arrays)


def test_second_load_reads_the_cache(cifar_like: Any, tmp_path: Path) -> None:
    cifar_like.write_folders(tmp_path)
    cifar10.load(tmp_path, never, cifar_like.facts)
    cache = tmp_path / ".cache/cifar10.bin"
    assert hashlib.sha256(cache.read_bytes()).hexdigest() == cifar_like.facts.sha256
    shutil.rmtree(tmp_path / "cifar10")
    assert_equal(cifar10.load(tmp_path, never, cifar_like.facts), cifar_like.arrays)


@pytest.mark.parametrize("damage", ["flip", "truncate", "empty", "pickle"])
def test_damaged_cache_is_made_again(damage: str, cifar_like: Any, tmp_path: Path) -> None:
    cifar_like.write_folders(tmp_path)
    cifar10.load(tmp_path, never, cifar_like.facts)
    cache = tmp_path / ".cache/cifar10.bin"
    whole = cache.read_bytes()
    cache.write_bytes(
        {
            "flip": whole[:-1] + bytes((whole[-1] ^ 1,)),
            "truncate": whole[:-1],
            "empty": b"",
            "pickle": pickle.dumps(whole),
        }[damage]
    )
    assert_equal(cifar10.load(tmp_path, never, cifar_like.facts), cifar_like.arrays)
    assert cache.read_bytes() == whole


def test_folder_that_cannot_be_written_is_read_all_the_same(
    cifar_like: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cifar_like.write_folders(tmp_path)
    (tmp_path / ".cache").write_text("in the way")
    assert_equal(cifar10.load(tmp_path, never, cifar_like.facts), cifar_like.arrays)
    assert "cifar10.bin: cannot be written" in caplog.text


def test_wrong_pictures(cifar_like: Any, tmp_path: Path) -> None:
    cifar_like.write_folders(tmp_path)
    cat, dog = (tmp_path / "cifar10/train" / name for name in ("cat", "dog"))
    cat.rename(tmp_path / "x"), dog.rename(cat), (tmp_path / "x").rename(dog)
    with pytest.raises(UserError, match=r"cifar10: these are not .*CIFAR-10 \(SHA-256 "):
        cifar10.load(tmp_path, never, cifar_like.facts)
    assert not (tmp_path / ".cache/cifar10.bin").exists()


def damaged_chunk(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:12] + b"JUNK" + content[16:])


def directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


UNREADABLE = "IMAGE: not a readable PNG image"
DAMAGE: list[tuple[str, Callable[[Path], object], str]] = [
    ("test", shutil.rmtree,
     r"cifar10.test: cannot be read .No such file.*cifar10/\{train,test\}/<class>/\*\.png"),
    ("test/frog", shutil.rmtree, "test.frog: this class folder is missing; classes are airplane, "),
    ("train/unicorn", Path.mkdir, "train.unicorn: no such class; classes are airplane, "),
    ("train/cat/*", Path.unlink, "train.cat: 4 PNG images, expected 5"),
    ("train/cat/*", lambda path: shutil.copy(path, path.with_name("copy.png")),
     "train.cat: 6 PNG images, expected 5"),
    ("train/cat/*", lambda path: path.write_bytes(path.read_bytes()[:200]), UNREADABLE),
    ("test/dog/*", lambda path: path.write_bytes(b""), UNREADABLE),
    ("test/dog/*", damaged_chunk, UNREADABLE),
    ("test/dog/*", lambda path: Image.new("RGB", (32, 32)).save(path, format="JPEG"), UNREADABLE),
    ("test/dog/*", lambda path: Image.new("RGB", (32, 28)).save(path),
     "IMAGE: 32×28 pixels, expected 32×32"),
    ("test/dog/*", directory, UNREADABLE),
]  # fmt: skip
"""Where something is damaged (`*`: IMAGE, one of the images), how, and what is said of it."""


@pytest.mark.parametrize(("place", "damage", "message"), DAMAGE)
def test_broken_folder_is_named(
    place: str, damage: Callable[[Path], object], message: str, cifar_like: Any, tmp_path: Path
) -> None:
    cifar_like.write_folders(tmp_path)
    path = tmp_path / "cifar10" / place
    if path.name == "*":
        path = next(path.parent.iterdir())
        message = message.replace("IMAGE", path.name)
    damage(path)
    with pytest.raises(UserError, match=message) as error:
        cifar10.load(tmp_path, never, cifar_like.facts)
    assert str(tmp_path) in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / ".cache/cifar10.bin").exists()


def test_damaged_batch_is_named(cifar_like: Any, tmp_path: Path) -> None:
    sums = cifar_like.write_batches(tmp_path)
    path = tmp_path / "cifar-10-batches-py/data_batch_3"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match=r"data_batch_3: truncated or not .*delete it and run"):
        cifar10.load(tmp_path, never, cifar_like.facts, sums)


class Exploit:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return Path.touch, (self.marker,)


@pytest.mark.parametrize("sum_matches", [False, True])
def test_pickle_with_a_program_is_never_run(
    sum_matches: bool, cifar_like: Any, tmp_path: Path
) -> None:
    sums = cifar_like.write_batches(tmp_path)
    marker = tmp_path / "executed"
    content = pickle.dumps({b"data": Exploit(marker), b"labels": []}, protocol=2)
    (tmp_path / "cifar-10-batches-py/test_batch").write_bytes(content)
    if sum_matches:
        sums["test_batch"] = hashlib.md5(content).hexdigest()
    with pytest.raises(UserError, match="test_batch: "):
        cifar10.load(tmp_path, never, cifar_like.facts, sums)
    assert not marker.exists()
    pickle.loads(content)  # noqa: S301 - the pickle does what it is said to do
    assert marker.exists()


@pytest.mark.parametrize(
    "content", [b"", b"junk", pickle.dumps([]), pickle.dumps({b"data": 1}), pickle.dumps(None)]
)
def test_batch_of_another_kind(content: bytes, cifar_like: Any, tmp_path: Path) -> None:
    sums = cifar_like.write_batches(tmp_path)
    (tmp_path / "cifar-10-batches-py/test_batch").write_bytes(content)
    sums["test_batch"] = hashlib.md5(content).hexdigest()
    with pytest.raises(UserError, match="test_batch: not a CIFAR-10 batch"):
        cifar10.load(tmp_path, never, cifar_like.facts, sums)
