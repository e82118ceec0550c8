"""Whose a folder of results is, and which suite was run last: kept beside the records."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from report.errors import UserError
from report.records.files import DRAFT, write_text
from report.records.options import Options
from report.records.paths import Results, last_run_file


def owner_of(root: Path, name: str) -> Path | None:
    """The file of the suite that made `root/name`; None where that is not known."""
    try:
        kept = Results(root, name).owner.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    real = root.resolve()  # from which the path was kept: elsewhere, where the root is a link
    base = root if real == Path(os.path.abspath(root)) else real  # noqa: PTH100 (follows no link)
    return Path(os.path.normpath(base / kept)) if kept else None


def check_owner(results: Results, file: Path) -> None:
    """Raises UserError where the folder belongs to another suite's file that still exists.

    A suite that comes with the program is the same one wherever the program is installed.
    """
    owner = owner_of(results.root, results.name)
    if owner is None or not owner.exists() or (file.exists() and owner.samefile(file)):
        return
    if owner.parts[-3:] == file.parts[-3:] == ("experiments", "suites", file.name):
        return
    raise UserError(
        f"{file}: its results would lie in {results.folder}, which belongs to {owner}; "
        "rename one of the two files, or choose another folder with --results"
    )


def take(results: Results, file: Path) -> None:
    """Make the folder that of the suite in `file`. Raises UserError as `check_owner`.

    The path is kept relative to the results, so that a project may be moved as a whole.
    """
    check_owner(results, file)
    path = os.path.relpath(file.resolve(), results.root.resolve())
    if not results.owner.is_file() or results.owner.read_bytes() != path.encode():
        write_text(results.owner, path)


def keep_questions(results: Results, questions: Sequence[str]) -> None:
    """Keep what a report of these results must answer; nothing for all. Raises UserError."""
    if tuple(questions) == asked_questions(results):
        return
    if questions:
        results.questions.parent.mkdir(parents=True, exist_ok=True)
        write_text(results.questions, "\n".join(questions) + "\n")
    else:
        results.questions.unlink(missing_ok=True)


def asked_questions(results: Results) -> tuple[str, ...]:
    """Parts and tasks of the homework that the report must answer; empty for all."""
    try:
        return tuple(results.questions.read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError):
        return ()


@dataclass(frozen=True)
class LastRun:
    """The suite that was run last, as it was given, and whether it was a smoke run."""

    suite: str
    smoke: bool


def remember_run(root: Path, run: LastRun) -> None:
    """Keep what is run now, and remove what a killed write of this left. Raises UserError."""
    suite = run.suite
    if suite.lower().endswith(".toml"):
        suite = os.path.relpath(Path(suite).resolve(), root.resolve())
    file = last_run_file(root)
    with _alone(root):
        for draft in root.glob(f".{file.name}.*{DRAFT}"):
            draft.unlink(missing_ok=True)
        write_text(file, json.dumps({"suite": suite, "smoke": run.smoke}) + "\n")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder's own lock, where its disk keeps locks: runs of other suites write there."""
    import fcntl  # here: not there on Windows, which the command line says in one line

    opened = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def last_run(root: Path) -> LastRun | None:
    """What was run last with its results below `root`; None where nothing was."""
    try:
        kept = json.loads(last_run_file(root).read_text(encoding="utf-8"))
        suite, smoke = str(kept["suite"]), bool(kept["smoke"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if suite.lower().endswith(".toml"):
        suite = os.path.relpath(root.resolve() / suite)
    return LastRun(suite, smoke)


def how_to_run(results: Results) -> str:
    """The command that makes the records of a folder, as it is typed."""
    name = results.name.removesuffix("-smoke")
    file = owner_of(results.root, results.name) or owner_of(results.root, name)
    return Options(
        suite=name if file is None or (file.stem == name and not file.exists()) else str(file),
        smoke=name != results.name,
        results=results.root if results.root != Path.cwd() / "results" else Path("results"),
    ).to_run
