"""Checkpoints: verified on reading, set aside when wrong, no pickle run."""

import hashlib
import io
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from experiments.engine.cache import Cache

STATE = {"epoch": 3, "weights": torch.arange(5.0), "words": ["a"], "nothing": None}


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "trained")


def damaged(cache: Cache, content: bytes) -> None:
    """The file of key `k` holds `content`: nothing is loaded, and the file lies aside."""
    assert cache.folder is not None
    path = cache.folder / "k.pt"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    assert cache.load("k") is None
    assert not path.exists()
    aside = cache.folder.parent / "aside"
    assert [p.read_bytes() for p in aside.iterdir()] == [content]


def whole(cache: Cache) -> bytes:
    cache.save("k", STATE)
    assert cache.folder is not None
    return (cache.folder / "k.pt").read_bytes()


def test_round_trip(cache: Cache) -> None:
    assert cache.load("k") is None
    cache.save("k", STATE)
    cache.save("k", STATE | {"epoch": 4})
    found = cache.load("k")
    assert found is not None and found["epoch"] == 4 and found["nothing"] is None
    assert torch.equal(found["weights"], torch.arange(5.0))
    assert cache.folder is not None
    assert [p.name for p in cache.folder.iterdir()] == ["k.pt"]


def test_without_a_folder_nothing_is_kept() -> None:
    cache = Cache(None)
    cache.save("k", STATE)
    assert cache.load("k") is None


@pytest.mark.parametrize("share", [0, 0.02, 0.5, 0.999])
def test_truncated(cache: Cache, share: float) -> None:
    content = whole(cache)
    damaged(cache, content[: int(share * len(content))])


@pytest.mark.parametrize("place", [0, 25, 60, 120, -1])
def test_a_flipped_bit(cache: Cache, place: int) -> None:
    content = bytearray(whole(cache))
    content[place] ^= 4
    damaged(cache, bytes(content))


def test_the_checkpoint_of_another_training(cache: Cache) -> None:
    cache.save("other", STATE)
    assert cache.folder is not None
    damaged(cache, (cache.folder / "other.pt").read_bytes())
    assert cache.load("other") is not None


def test_files_set_aside_do_not_replace_each_other(cache: Cache) -> None:
    assert cache.folder is not None
    cache.folder.mkdir()
    for content in (b"one", b"two"):
        (cache.folder / "k.pt").write_bytes(content)
        assert cache.load("k") is None
    aside = cache.folder.parent / "aside"
    assert sorted(p.read_bytes() for p in aside.iterdir()) == [b"one", b"two"]


def test_a_bare_torch_file(cache: Cache) -> None:
    buffer = io.BytesIO()
    torch.save(STATE, buffer)
    damaged(cache, buffer.getvalue())


class Malicious:
    """Unpickling it writes a file."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.write_text, (self.proof, "ran")


@pytest.mark.parametrize("save", [torch.save, lambda o, f: f.write(pickle.dumps(o))])
def test_no_pickle_is_run_even_with_a_right_seal(cache: Cache, tmp_path: Path, save: Any) -> None:
    proof = tmp_path / "proof"
    buffer = io.BytesIO()
    save({"epoch": 3, "bad": Malicious(proof)}, buffer)
    content = buffer.getvalue()
    header = whole(cache).partition(b"\n")[0].rpartition(b" ")[0]
    seal = hashlib.sha256(content).hexdigest().encode()
    damaged(cache, header + b" " + seal + b"\n" + content)
    assert not proof.exists()
    pickle.loads(pickle.dumps(Malicious(proof)))  # noqa: S301 - the corpus does what it says
    assert proof.exists()


def test_each_computes_once_and_keeps_the_time(cache: Cache) -> None:
    asked = []

    def compute() -> dict[str, Any]:
        asked.append(1)
        return {"value": torch.tensor(3.0)}

    for _ in range(2):
        assert cache.each({"k": compute}) == {"k": {"value": torch.tensor(3.0)}}
    assert len(asked) == 1
    kept = cache.load("k")
    assert kept is not None and 0 <= kept["seconds"] < 60


def test_each_leaves_what_another_process_computes_for_last(cache: Cache) -> None:
    done: list[str] = []
    told: list[int] = []

    class Shared(Cache):
        @contextmanager
        def claimed(self, key: str, *, wait: bool) -> Iterator[bool]:
            if key == "theirs" and wait:
                self.save(key, {"value": 7, "seconds": 1.0})  # they are done by now
            yield wait or key != "theirs"

    def compute(key: str) -> dict[str, Any]:
        done.append(key)
        return {"value": len(done)}

    work = {key: partial(compute, key) for key in ("theirs", "a", "b")}
    found = Shared(cache.folder).each(work, advance=told.append)
    assert done == ["a", "b"] and told == [1, 1, 1]
    assert found == {"a": {"value": 1}, "b": {"value": 2}, "theirs": {"value": 7}}
