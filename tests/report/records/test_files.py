"""Files that are none."""

import os
from pathlib import Path

import pytest

from experiments.suite import load_suite
from report.errors import UserError
from report.records.files import read_file
from report.records.store import BadRecordError, read_record


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "x.json")
    return tmp_path / "x.json"


def test_a_file_is_read_also_through_a_linked_folder(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "a.txt").write_bytes(b"12345")
    (real / "b.txt").symlink_to("a.txt")
    (tmp_path / "link").symlink_to(real)
    assert read_file(tmp_path / "link" / "a.txt", "file") == b"12345"
    assert read_file(tmp_path / "link" / "b.txt", "file", 2) == b"12"
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "none", "file")


def test_a_record_that_is_a_pipe_or_a_link(pipe: Path, tmp_path: Path) -> None:
    with pytest.raises(BadRecordError, match="a pipe in the place of a record"):
        read_record(pipe)
    (tmp_path / "y.json").symlink_to("/dev/zero")
    with pytest.raises(BadRecordError, match="a link to elsewhere in the place of a record"):
        read_record(tmp_path / "y.json")


def test_a_suite_that_is_a_pipe_or_too_deep(pipe: Path) -> None:
    suite = pipe.rename(pipe.with_suffix(".toml"))
    with pytest.raises(UserError, match="a pipe in the place of a suite"):
        load_suite(str(suite))
    suite.unlink()
    suite.write_text("a = " + "[" * 3000)
    with pytest.raises(UserError, match="nested too deeply"):
        load_suite(str(suite))
