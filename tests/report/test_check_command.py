"""`homework check` and `homework names` from the command line; an anonymous report."""

from pathlib import Path

import pymupdf
import pytest

from tests.project import RUN, Homework

pytestmark = pytest.mark.usefixtures("sketched")

SUITE = ("--suite", "tiny.toml")
COVER = """
[author]
name = "Ada Example"
student_id = "C12345678"
email = "ada@example.edu"
[course]
name = "CPSC 8430"
instructor = "Grace Teacher"
[report]
repository = "https://example.org/ada/homework"
anonymous = {anonymous}
"""
PRIVATE = ("Ada Example", "C12345678", "ada@example.edu", "example.org/ada")


def test_what_is_missing_is_listed_with_status_one(homework: Homework) -> None:
    ended = homework("check", *SUITE)
    assert ended.code == 1
    assert "records    train-on-task: missing" in ended.out
    assert "Traceback" not in ended.err


def test_after_a_run_only_the_tasks_outside_the_suite_are_missing(ran: Homework) -> None:
    ended = ran("check", *SUITE)
    assert ended.code == 1
    topics = {line.split()[0] for line in ended.out.splitlines()[:-1]}
    assert topics == {"records", "questions", "partly"}
    named = [x for x in ended.out.splitlines() if "simulate-function" in x]
    assert all(x.startswith("partly") for x in named)  # two models where a bonus asks for three


def test_a_changed_setting_makes_a_record_stale(ran: Homework) -> None:
    ran.edit("epochs = 30", "epochs = 31")
    assert "simulate-function: stale (setting training.epochs)" in ran("check", *SUITE).out


def test_stale_records_can_be_allowed(ran: Homework) -> None:
    ran.edit("epochs = 30", "epochs = 31")
    strict, lenient = ran("check", *SUITE), ran("check", *SUITE, "--allow-stale")
    last = [int(ended.out.splitlines()[-1].split()[1]) for ended in (strict, lenient)]
    assert last[0] - last[1] == 1
    assert "simulate-function: stale (setting training.epochs)" in lenient.out


def test_records_are_called_stale_without_torch(
    ran: Homework, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    ran.edit("epochs = 30", "epochs = 31")
    assert "simulate-function: stale (setting training.epochs)" in ran("check", *SUITE).out


def test_a_suite_that_does_not_exist(homework: Homework) -> None:
    ended = homework("check", "--suite", "quik")
    assert (ended.code, ended.out) == (2, "")
    assert 'did you mean "quick"?' in ended.err


@pytest.mark.sweep
def test_names_lists_what_a_comment_may_cite(ran: Homework) -> None:
    ended = ran("names", "--suite", "tiny")
    assert ended.code == 0
    assert "{train-on-task.models.small.parameters}  310" in ended.out
    assert "{train-on-task.data.digits.train_size}  60" in ended.out
    names = [line.split("}")[0] + "}" for line in ended.out.splitlines()]
    assert len(set(names)) == len(names) > 20
    (ran.folder / "comments").mkdir()
    comment = ran.folder / "comments" / "train-on-task.md"
    comment.write_text("\n\n".join(names))
    assert ran(*RUN, "--force").code == 0
    generated = ran("render", "--suite", "tiny", "--renderer", "builtin")
    assert generated.code == 0, generated.err
    assert comment.read_text() == "\n\n".join(names)  # the author's words are never overwritten


def test_an_unknown_name_costs_the_comment_alone(ran: Homework) -> None:
    (ran.folder / "comments").mkdir()
    comment = ran.folder / "comments" / "train-on-task.md"
    comment.write_text("{train-on-task.models.smal.parameters}", encoding="utf-8")
    ended = ran("render", "--suite", "tiny", "--renderer", "builtin")
    assert (ended.code, len(ended.err.splitlines())) == (0, 1)
    assert "comments/train-on-task.md, line 1: no number is called" in ended.err
    assert 'did you mean "train-on-task.models.small.parameters"?' in ended.err
    assert "Shown as typed" in everything(ran.folder / "_site")
    assert comment.read_text(encoding="utf-8") == "{train-on-task.models.smal.parameters}"


def everything(site: Path) -> str:
    """All text of the site's files, and text and metadata of the PDF."""
    parts = [
        path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(site.rglob("*"))
        if path.is_file() and path.suffix != ".pdf"
    ]
    with pymupdf.open(site / "report.pdf") as document:
        parts += [str(document.metadata), document.get_xml_metadata()]
        parts += [page.get_text() for page in document]
        parts += [str(page.get_links()) for page in document]
    return " ".join(" ".join(parts).split())


def rendered(homework: Homework, anonymous: bool) -> str:
    cover = COVER.format(anonymous=str(anonymous).lower())
    (homework.folder / "homework.toml").write_text(cover, encoding="utf-8")
    ended = homework("render", "--suite", "tiny", "--renderer", "builtin")
    assert ended.code == 0, ended.err
    return everything(homework.folder / "_site")


@pytest.mark.sweep
def test_an_anonymous_report_leaves_name_and_links_out(homework: Homework) -> None:
    data = "./ada-example-home"  # a command keeps no absolute path at all
    ended = homework(*RUN, "--only", "train-on-task", "--data-dir", data)
    assert ended.code == 0, ended.err
    named = rendered(homework, anonymous=False)
    for words in (*PRIVATE[:2], "ada-example-home", "CPSC 8430", "Grace Teacher"):
        assert words in named
    hidden = rendered(homework, anonymous=True)
    for words in (*PRIVATE, "Author:", "ada-example-home", str(homework.folder)):
        assert words not in hidden
    assert "CPSC 8430" in hidden and "Grace Teacher" in hidden
