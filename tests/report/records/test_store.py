"""Records are written whole or not at all, and read only when they are whole and unedited."""

import errno
import json
import math
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report.errors import UserError
from report.records import BadRecordError, Record, read_record, write_record
from report.records.files import write_bytes, write_text
from tests.report.records.build import DIGITS, record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results" / "quick" / "simulate-function.json"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=40, deadline=None, derandomize=True)
@given(given=st.dictionaries(st.text(max_size=8), json_values, max_size=5))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, given: dict[str, Any]) -> None:
    path = tmp_path_factory.getbasetemp() / "simulate-function.json"
    made = record(settings=given, dataset=(DIGITS, DIGITS), notes=("a note",), reason="é \u202e")
    write_record(path, made)
    assert read_record(path) == made
    assert [p for p in path.parent.iterdir() if ".draft" in p.name] == []


def test_a_record_is_strict_and_readable_json(path: Path) -> None:
    write_record(path, record(metrics={"runs": [{"train_loss": [0.1, 0.2]}, {"diverged_at": 1}]}))
    text = path.read_text(encoding="utf-8")
    content = json.loads(text)
    for key in ("schema", "task", "suite", "smoke", "status", "settings", "key", "provenance"):
        assert key in content
    assert '"train_loss": [0.1, 0.2]' in text
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("nest", [lambda v: v, lambda v: [1.0, v], lambda v: [{"a": v}]])
def test_no_nan_is_written(path: Path, value: float, nest: Callable[[Any], Any]) -> None:
    write_record(path, record())
    before = path.read_bytes()
    for field in ("metrics", "settings"):
        with pytest.raises((ValueError, BadRecordError)):
            write_record(path, record().model_copy(update={field: {"loss": nest(value)}}))
    assert path.read_bytes() == before


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_no_nan_is_read(path: Path, constant: str) -> None:
    write_record(path, record())
    path.write_text(path.read_text().replace("1.5", constant, 1))
    with pytest.raises(BadRecordError, match="strict JSON"):
        read_record(path)


def test_no_record(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_record(path)


def test_every_truncation_is_noticed(path: Path) -> None:
    write_record(path, record())
    content = path.read_bytes().rstrip()
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises(BadRecordError, match="run the task again"):
            read_record(path)


def test_every_changed_digit_is_noticed(path: Path) -> None:
    write_record(path, record())
    text = path.read_text()
    digits = [place for place, sign in enumerate(text) if sign.isdigit()]
    assert len(digits) > 50
    for place in digits[::3]:
        path.write_text(text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :])
        with pytest.raises(BadRecordError):
            read_record(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff", b"[]", b"{}", b'"x"', b'{"schema": 1}', b'{"schema": 99}', b"<html>",
     b'{"schema": 1, "digest": "x"}', b"[" * 100_000],
)  # fmt: skip
def test_foreign_files(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(BadRecordError):
        read_record(path)


def test_the_record_of_another_task(path: Path) -> None:
    write_record(path, record())
    other = path.with_name("gradient-norm.json")
    path.rename(other)
    with pytest.raises(BadRecordError, match="holds the record of simulate-function"):
        read_record(other)


def test_missing_metadata_is_never_accepted(path: Path) -> None:
    from report.records.record import digest

    for key in Record.model_fields:
        content = record().content()
        name = "schema" if key == "schema_" else key
        del content[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content | {"digest": digest(content)}))
        if key in ("reason", "notes"):
            continue
        with pytest.raises(BadRecordError):
            read_record(path)


def whole_or_nothing(path: Path, write: Callable[[], None]) -> None:
    """`write` fails with a message that names the path; the old content stays, no draft does."""
    before = path.read_bytes()
    with pytest.raises(UserError) as refused:
        write()
    assert str(path) in str(refused.value) and "run again" in str(refused.value)
    assert path.read_bytes() == before
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name]


def no_new_files(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Every file that would be made fails with this error of the system."""
    usual = Path.open

    def opened(self: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if "x" in mode:
            raise OSError(number, os.strerror(number))
        return usual(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", opened)


@pytest.mark.parametrize("step", ["fsync", "replace", "write"])
def test_a_full_disk(path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    write_record(path, record())

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if step == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    elif step == "replace":
        monkeypatch.setattr(Path, "replace", full)
    else:
        no_new_files(monkeypatch, errno.ENOSPC)
    whole_or_nothing(path, lambda: write_record(path, record(key="new")))


def test_a_limit_on_the_size_of_files(path: Path) -> None:
    write_bytes(path, b"old")
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        whole_or_nothing(path, lambda: write_bytes(path, b"x" * 5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, previous)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="cannot be written"):
        write_text(tmp_path / "file" / "record.json", "x")


def test_a_read_only_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_record(path, record())

    no_new_files(monkeypatch, errno.EROFS)
    whole_or_nothing(path, lambda: write_record(path, record(key="new")))
