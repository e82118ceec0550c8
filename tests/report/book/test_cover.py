"""The cover's file: what is right in it, and what is refused by key."""

from pathlib import Path

import pytest

from report.book.cover import Cover, read_cover, tells
from report.errors import UserError


def test_without_a_file_everything_is_empty(tmp_path: Path) -> None:
    assert read_cover(tmp_path / "homework.toml") == Cover()


def test_every_field(tmp_path: Path) -> None:
    path = tmp_path / "homework.toml"
    path.write_text(
        '[author]\nname = "Ada"\nstudent_id = "1"\nemail = "a@b.c"\n'
        '[course]\nname = "C"\nhomework = "H"\ninstructor = "I"\n'
        '[report]\ndate = "today"\nrepository = "https://x.y"\nanonymous = true\n'
    )
    cover = read_cover(path)
    assert (cover.author.name, cover.author.student_id, cover.author.email) == ("Ada", "1", "a@b.c")
    assert (cover.course.name, cover.course.homework, cover.course.instructor) == ("C", "H", "I")
    assert cover.report.date == "today" and cover.report.anonymous


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[author\n", "TOML"),
        ("[author]\nname = 3\n", "author.name"),
        ("[autor]\nname = 'x'\n", "autor"),
        ("[author]\nnme = 'x'\n", "author.nme"),
        ("[report]\nanonymous = 'no'\n", "report.anonymous"),
        (f"[author]\nname = '{'x' * 10_001}'\n", "author.name"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "homework.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"correct|did you mean") as refused:
        read_cover(path)
    assert key in str(refused.value) and str(path) in str(refused.value)


def test_not_text(tmp_path: Path) -> None:
    path = tmp_path / "homework.toml"
    path.write_bytes(b"[author]\nname = '\xff'\n")
    with pytest.raises(UserError, match="not UTF-8; save"):
        read_cover(path)


@pytest.mark.parametrize(
    ("private", "text"),
    [
        ("Li", "by Li."),
        ("Li", "LI's"),
        ("José García", "jose  garcia"),
        ("José García", "García, José"),
        ("Ada Example", "*Ada* **Example** wrote it"),
        ("ada@example.edu", "mail ada@example.edu!"),
        ("https://example.org/ada/hw", "see example.org/ada/hw"),
        ("李明", "我是李明。"),
        ("C12345678", "c12345678"),
    ],
)
def test_what_tells_who_wrote_it(private: str, text: str) -> None:
    assert tells(text, private)


@pytest.mark.parametrize(
    ("private", "text"),
    [
        ("Li", "Linear growth"),
        ("Li", "a list"),
        ("Ada Example", "an example by Ada"),
        ("Ada Example", "adaexample"),
        ("", "anything"),
        ("...", "any ... thing"),
        ("1234", "C12345678"),
    ],
)
def test_what_tells_nothing(private: str, text: str) -> None:
    assert not tells(text, private)
