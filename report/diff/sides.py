"""The two sides of a comparison: folders of results, or git revisions that hold some."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from report.errors import UserError
from report.records import Results, kept

COMMITTED = "results"
"""Folder of the results in a revision, below the folder in which the command runs."""
RECORDS = "[!.]*.json"
"""Files of records; the program's own notes beside them are hidden."""


@dataclass(frozen=True)
class Side:
    """Results to compare: those of one suite (`single`), or of several by name."""

    label: str
    suites: dict[str, Results]
    single: bool


def basis(form: str, *sides: str) -> str | None:
    """The key of a comparison in some form; of a revision its commit says all."""
    folders = [Path(side) for side in sides if Path(side).exists()]
    read = [p for f in folders for ends in ("json", "begun") for p in sorted(f.rglob(f"*.{ends}"))]
    commits = [commit(side) for side in sides if not Path(side).exists()]
    return kept.exactly(read, kept.program(), "diff", str(Path.cwd()), form, *sides, *commits)


@contextmanager
def open_side(given: str) -> Iterator[Side]:
    """A folder of one suite's records, a folder of such folders, or a git revision.

    A folder comes first where both exist. Raises UserError that says what was looked for.
    """
    folder = Path(given)
    if folder.is_dir():
        yield _side(given, folder)
        return
    if folder.exists():
        raise UserError(f"{given}: is a file; name a folder of results or a git revision")
    found = commit(given)
    with TemporaryDirectory(prefix="homework-diff-") as temporary:
        _unpack(given, found, Path(temporary))
        label = given if found.startswith(given) else f"{given} ({found[:9]})"
        yield _side(label, Path(temporary) / COMMITTED)


def pairs(before: Side, after: Side) -> Iterator[tuple[str, Results | None, Results | None]]:
    """Suites of both sides by name; two single suites are compared whatever they are called."""
    if before.single and after.single:
        (old,), (new,) = before.suites.values(), after.suites.values()
        yield (new.name if old.name == new.name else f"{old.name} → {new.name}"), old, new
        return
    names = dict.fromkeys([*before.suites, *after.suites])
    if before.single or after.single:
        names = dict.fromkeys((before if before.single else after).suites)
    for name in names:
        yield name, before.suites.get(name), after.suites.get(name)


def _side(label: str, folder: Path) -> Side:
    if any(folder.glob(RECORDS)):
        whole = folder.resolve()
        return Side(label, {whole.name: Results(whole.parent, whole.name)}, True)
    found = {path.parent.name for path in folder.glob(f"*/{RECORDS}")}
    if not found:
        raise UserError(f"{label}: no records there; name a folder of results or a git revision")
    return Side(label, {name: Results(folder, name) for name in sorted(found)}, False)


def commit(revision: str) -> str:
    """The commit that a git revision names. Raises UserError."""
    asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    done = _git(*asked)
    if done.returncode != 0:
        raise UserError(f"{revision}: neither a folder nor a git revision here")
    return done.stdout.decode().strip()


def _unpack(revision: str, commit: str, into: Path) -> None:
    done = _git("archive", "--format=tar", commit, "--", f":(glob){COMMITTED}/**/*.json")
    if done.returncode != 0:
        raise UserError(f"{revision}: this revision has no records in {COMMITTED}/")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(into, filter="data")


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise UserError("git is not installed; name two folders of results") from None
