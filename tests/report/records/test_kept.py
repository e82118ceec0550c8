"""What is kept saves time and changes nothing; whatever it follows from makes it anew."""

import os
from pathlib import Path

import pytest

from report.book import gather
from report.book.generate import generate
from report.book.sources import Sources
from report.records import Results, kept, read_record, write_record
from report.tasks import BY_NAME
from tests.report.sections.test_every_section import records

TASK = "parameter-count"


def test_a_text_is_kept_in_the_users_cache_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    name = kept.key("a", b"b")
    assert name != kept.key("ab") and name != kept.key("a", "", "b")
    assert kept.read(name) is None
    kept.write(name, "α\n")
    assert kept.read(name) == "α\n"
    assert kept.folder().stat().st_mode & 0o77 == 0
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert kept.folder() == Path.home() / ".cache" / "homework"


@pytest.mark.parametrize("damage", [b"", b"\xff", b"x" * 90, None])
def test_what_is_damaged_is_not_read(damage: bytes | None) -> None:
    kept.write("name", "text")
    path, other = kept.folder() / "name", kept.folder() / "other"
    other.write_bytes(path.read_bytes() if damage is None else damage)
    assert kept.read("other") is None, "also what is kept by another name"
    path.write_bytes(path.read_bytes()[:-1])
    assert kept.read("name") is None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    kept.folder().parent.write_text("in the way")
    kept.write("name", "text")
    assert kept.read("name") is None


def test_what_was_not_used_for_long_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 2)
    for number in (9, 8, 7):
        kept.write(f"{number}", "text")
        os.utime(kept.folder() / f"{number}", (number, number))
    assert kept.read("7") == "text"  # used now
    kept.write("0", "text")
    assert {path.name for path in kept.folder().iterdir()} == {"0", "7"}


def test_pipes_and_devices_are_not_read(tmp_path: Path) -> None:
    file, pipe, device = (tmp_path / name for name in ("file", "pipe", "device"))
    file.write_text("x")
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    held = os.open(pipe, os.O_RDWR)  # whoever reads the pipe is not left waiting
    os.write(held, b"x")
    assert kept.contents([file, pipe, device, tmp_path, tmp_path / "none"]) == [b"x", *[b""] * 4]
    os.close(held)


def test_an_answer_is_kept_as_long_as_nothing_changes(tmp_path: Path) -> None:
    file, made = tmp_path / "file", []
    file.write_text("a")

    def answer(change: str = "") -> object:
        def compute() -> list[str]:
            made.append(file.read_text())
            file.write_text(change or made[-1])
            return [made[-1]]

        return kept.answered(lambda: kept.exactly([file], "question"), compute)

    assert [answer(), answer()] == [["a"], ["a"]] and made == ["a"]
    file.write_text("b")
    assert answer(change="c") == ["b"]
    file.write_text("b")
    assert answer() == ["b"] and made == ["a", "b", "b"], "what changed meanwhile is not kept"
    file.unlink()
    file.symlink_to(__file__)
    assert kept.exactly([file], "question") is None


def test_chapters_are_made_once_for_the_same_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = Sources(tmp_path, Results(tmp_path / "results", "quick"))
    path = chosen.results.record(TASK)
    write_record(path, records(BY_NAME[TASK])[0])
    made = []

    def read_parts(results: Results) -> object:
        made.append(results)
        return whole(results)

    whole = gather.read_parts
    monkeypatch.setattr(gather, "read_parts", read_parts)
    comment = tmp_path / "comments" / f"{TASK}.md"
    comment.parent.mkdir()

    def text(times: int) -> str:
        paths = generate(chosen)
        assert len(made) == times
        return "".join(path.read_text(encoding="utf-8") for path in paths)

    first = text(1)
    assert text(1) == first and "\0" not in first
    comment.write_text("My own words", encoding="utf-8")
    assert "My own words" in text(1)
    comment.unlink()
    assert text(1) == first
    figure = next(chosen.results.figures.glob("*.svg"))
    drawn = figure.read_bytes()
    figure.write_text("edited")
    assert text(2) == first and figure.read_bytes() == drawn
    (tmp_path / "homework.toml").write_text('[author]\nname = "Ada"\n', encoding="utf-8")
    assert "Ada" in text(3)
    write_record(path, read_record(path).model_copy(update={"notes": ("Something to know.",)}))
    assert "Something to know" in text(4)
