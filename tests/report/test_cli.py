"""The command line from end to end, in a temporary project."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.fingerprint import task
from report import __version__
from report.book.generate import generate
from report.book.sources import sources
from report.cli import as_recorded
from report.records import Results, kept, read_record
from tests.project import ROOT, Homework

TINY = ("--suite", "tiny.toml", "--device", "cpu", "--workers", "1")
RUN = ("run", *TINY)
REPORT = ("report", *TINY, "--renderer", "builtin")


def refused(homework: Homework, *arguments: str, says: tuple[str, ...]) -> None:
    """Exit status 2, one line on standard error that holds `says`, and no results."""
    ended = homework(*arguments)
    assert ended.code == 2
    assert ended.out == ""
    lines = ended.err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("homework: ")
    for words in says:
        assert words in lines[0]
    assert not list(homework.folder.glob("results/*/*.json"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("run", "--suite", "quik"), ("quik", 'did you mean "quick"?')),
        (("run", "--suite", "nothing.toml"), ("nothing.toml",)),
        (("status", "--suite", "quik"), ("quik",)),
        (("models", "--suite", "quik"), ("quik",)),
        (("render", "--suite", "tiny"), ("results/tiny", "no record", "homework run")),
        ((*RUN, "--only", "simulate-funktion"), ('did you mean "simulate-function"?',)),
        ((*RUN, "--only", "sharpness"), ("sharpness", "tiny")),
        ((*RUN[:3], "--device", "tpu"), ("tpu", "auto")),
        (("run", "--device"), ("--device",)),
        (("run", "--unknown"), ("--unknown",)),
        (("dance",), ("dance",)),
    ],
    ids=lambda value: " ".join(value),
)
def test_what_the_user_got_wrong(
    homework: Homework, arguments: tuple[str, ...], says: tuple[str, ...]
) -> None:
    refused(homework, *arguments, says=says)


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_fault(tmp_path: Path, closed: str) -> None:
    command = f"{sys.executable} -m report list tasks {closed}"
    ended = subprocess.run(["sh", "-c", command], cwd=tmp_path, stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize("name", ["my suite.toml", "-.toml", "full.toml"])
def test_every_command_refuses_the_same_names(homework: Homework, name: str) -> None:
    (homework.folder / name).write_bytes((homework.folder / "tiny.toml").read_bytes())
    said = {homework(word, "--suite", name).err for word in ("run", "models", "status")}
    assert len(said) == 1 and "rename" in said.pop()


def test_no_gpu(homework: Homework, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    refused(homework, *RUN[:3], "--device", "cuda", says=("--device cuda", "no GPU", "--device"))


def test_settings_that_are_wrong(homework: Homework) -> None:
    homework.edit("epochs = 30", "epochs = 0")
    refused(
        homework, *RUN, says=("tiny.toml", "tasks.simulate-function.training.epochs", "given: 0")
    )


@pytest.mark.usefixtures("sketched")
def test_missing_data(homework: Homework) -> None:
    homework.edit('"digits", train_size = 60', '"mnist", train_size = 60')
    (homework.folder / "nowhere").write_text("a file")
    ended = homework(*RUN, "--only", "train-on-task", "--data-dir", "nowhere")
    assert ended.code == 2
    assert "nowhere" in ended.err.splitlines()[-1] and "Traceback" not in ended.err
    assert not homework.results.joinpath("train-on-task.json").exists()
    assert homework(*RUN, "--only", "simulate-function").code == 0


def test_a_folder_that_cannot_be_written(homework: Homework) -> None:
    (homework.folder / "results").write_text("in the way")
    refused(homework, *RUN, says=("results", "cannot be written", "nothing was trained"))


def test_help_and_version(homework: Homework) -> None:
    for command in ((), ("run",), ("render",), ("status",), ("models",), ("report",)):
        ended = homework(*command, "--help")
        assert ended.code == 0 and "Usage" in ended.out
    assert homework("--version").out == f"{__version__}\n"


def test_models_as_json(homework: Homework) -> None:
    ended = homework("models", "--suite", "tiny.toml", "--json")
    listed = json.loads(ended.out)
    assert [(m["task"], m["model"], m["parameters"]) for m in listed] == [
        ("simulate-function", "deep", 6 + 12 + 4),
        ("simulate-function", "shallow", 12 + 7),
        ("train-on-task", "small", 65 * 4 + 50),
        ("train-on-task", "large", 65 * 16 + 170),
    ]
    assert "1,210" in homework("models", "--suite", "tiny.toml").out
    assert not (homework.folder / "results").exists()


def test_run_render_and_run_again(homework: Homework) -> None:
    def states() -> dict[str, str]:
        shown = json.loads(homework("status", "--suite", "tiny.toml", "--json").out)
        return {s["task"]: s["state"] for s in shown}

    assert set(states().values()) == {"missing"}
    ended = homework(*REPORT)
    assert ended.code == 0, ended.err
    assert "Rendered by builtin" in ended.out
    page = (homework.folder / "_site" / "index.html").read_text(encoding="utf-8")
    assert "Simulating a function" in page
    assert (homework.folder / "_site" / "report.pdf").read_bytes().startswith(b"%PDF")
    assert set(states().values()) == {"done"}
    record = read_record(Results(homework.folder / "results", "tiny").record("simulate-function"))
    assert record.status == "ok" and not record.smoke
    assert record.provenance.command.startswith("homework report --suite tiny.toml")
    assert len(record.rows("runs")) == 8
    for name in ("simulate-function-loss", "simulate-function-prediction", "train-on-task-loss"):
        assert (homework.results / "figures" / f"{name}.svg").stat().st_size > 1000

    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in files(homework.results)}
    again = homework(*RUN)
    assert again.code == 0
    assert "simulate-function: fresh" in again.err and "to run" not in again.err
    assert before == {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in files(homework.results)}

    homework.edit("epochs = 30", "epochs = 31")
    shown = homework("status", "--suite", "tiny.toml").out.splitlines()
    assert shown[0].split() == ["simulate-function", "stale", "setting", "training.epochs"]
    assert shown[1].split() == ["train-on-task", "done"]
    changed = homework(*RUN)
    assert "simulate-function: stale (setting training.epochs), to run" in changed.err
    assert "train-on-task: fresh" in changed.err
    assert set(states().values()) == {"done"}


def files(folder: Path) -> list[Path]:
    """All files below a folder, apart from the lock."""
    return [p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "lock"]


@pytest.mark.usefixtures("sketched")
def test_force_runs_what_is_fresh_and_nothing_else(ran: Homework) -> None:
    other = ran.results / "train-on-task.json"
    before = other.stat().st_mtime_ns
    assert "to run" in ran(*RUN, "--only", "simulate-function", "--force").err
    assert other.stat().st_mtime_ns == before
    other.unlink()
    assert "to run" in ran(*RUN, "--only", "simulate-function", "--force").err
    assert not other.exists()


@pytest.mark.usefixtures("sketched")
def test_the_summary_says_smoke(homework: Homework) -> None:
    only = ("--only", "simulate-function")
    assert homework(*RUN, *only, "--smoke").code == 0
    generate(sources(homework.folder, {"HOMEWORK_SUITE": "tiny"}))
    page = homework.folder / "chapters" / "_generated" / "index.qmd"
    assert "smoke run" in page.read_text(encoding="utf-8")
    assert homework(*RUN, *only).code == 0
    generate(sources(homework.folder, {"HOMEWORK_SUITE": "tiny"}))
    assert "smoke run" not in page.read_text(encoding="utf-8")


@pytest.mark.sweep
def test_render_says_which_records_were_made_by_other_code(
    ran: Homework, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("render", "--suite", "tiny.toml", "--renderer", "builtin")
    assert "Stale" not in ran(*command).out
    shutil.rmtree(kept.folder())  # keeps the answer, by the code that gave it
    monkeypatch.setattr(task, "made_by_this_code", lambda record: record.task != "train-on-task")
    *_, last = ran(*command).out.splitlines()
    assert last.startswith("Stale: the code of train-on-task changed")
    assert last.endswith("homework run --suite tiny.toml")


def test_a_wrong_homework_toml(ran: Homework) -> None:
    (ran.folder / "homework.toml").write_text("[author]\nnme = 'Ada'\n")
    ended = ran("render", "--suite", "tiny", "--renderer", "builtin")
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1
    assert "homework.toml: author.nme" in ended.err
    assert not (ran.folder / "_site").exists()


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("run --suite full --data-dir /home/li/data", "run --suite full --data-dir …"),
        ("run --data-dir=/home/li/data --only a", "run --data-dir=… --only a"),
        ("run --suite /mnt/x/mine.toml --results ../out", "run --suite … --results ../out"),
    ],
)
def test_a_record_tells_nothing_of_the_folders_of_a_machine(typed: str, recorded: str) -> None:
    assert as_recorded(typed.split()) == f"homework {recorded}"


def test_the_committed_records_tell_nothing_of_them_either() -> None:
    for path in (ROOT / "results" / "full").glob("*.json"):
        command = read_record(path).provenance.command
        assert as_recorded(command.split()[1:]) == command
