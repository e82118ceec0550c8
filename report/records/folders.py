"""Folders of results: which records lie where, so that smoke and full-size ones never mix."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from report.errors import UserError
from report.records.files import DRAFT
from report.records.paths import Results

if TYPE_CHECKING:
    from report.records.record import Record


def results_of(root: Path, suite: str, smoke: bool) -> Results:
    """The folder of a suite's records below `root`.

    Smoke records lie in the suite's folder as long as it holds nothing else, beside full-size
    records in `<suite>-smoke`; a full-size run moves smoke records there first (`make_room`).
    Raises UserError as `files_of`.
    """
    _check_folders(root, root / suite)
    own, beside = Results(root, suite), _beside(root, suite)
    if not smoke or any(_records(own, smoke=True)):
        return own
    return beside if beside.folder.is_dir() or any(own.folder.glob("*.json")) else own


def files_of(root: Path, suite: str) -> list[Path]:
    """The files of a suite's results below `root`, of either kind; what is computed of them.

    Not the trained networks, nor what was set aside. Raises UserError where a link leads nowhere or
    something else lies in a folder's place: results are elsewhere then, and not missing.
    """
    _check_folders(root, root / suite)
    parts = ("*", "claims/*", "figures/*", ".work/suite", ".work/*.begun", ".work/jobs/*/*.json")
    return [
        path
        for results in (Results(root, suite), _beside(root, suite))
        for part in parts
        for path in sorted(results.folder.glob(part))
        if path not in (results.figures, results.claims.parent, results.work)
    ]


def make_room(results: Results) -> bool:
    """Move smoke records, with what was made of them, to `<suite>-smoke`; whether there were any.

    To be called before a full-size run, under the folder's lock. Raises UserError.
    """
    if not any(_records(results, smoke=True)):
        return False
    beside = _beside(results.root, results.name)
    # The records last: where the move is cut off, the next run sees that it is not done.
    moved = sorted(results.folder.rglob("*"), key=lambda path: path.parent == results.folder)
    try:
        for path in moved:
            if path.is_file() and results.work not in path.parents:
                place = beside.folder / path.relative_to(results.folder)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, place)  # the folders may be links to several disks
    except OSError as error:
        raise UserError(
            f"{beside.folder}: the smoke records cannot be moved there ({error.strerror}); "
            "choose a writable folder"
        ) from error
    return True


def check_kind(results: Results, smoke: bool) -> None:
    """Raises UserError where the folder holds whole records of the other kind."""
    if any(_records(results, smoke=not smoke)):
        there, here = ("full-size", "smoke") if smoke else ("smoke", "full-size")
        raise UserError(
            f"{results.folder}: holds {there} records, and {here} ones must not mix with them; "
            "run the same command again"
        )


def remove_drafts(results: Results) -> None:
    """Remove what killed writes have left behind; to be called under the folder's lock."""
    jobs = (results.work / "jobs").glob("*")
    own = (results.folder, results.figures, results.claims.parent, results.work, results.trained)
    for folder in (*own, *jobs):
        for path in folder.glob(f".*{DRAFT}"):
            path.unlink(missing_ok=True)


def _check_folders(*folders: Path) -> None:
    """Raises UserError where one is there and no folder."""
    for folder in folders:
        if folder.is_symlink() and not folder.is_dir():
            raise UserError(
                f"{folder}: a link to {folder.readlink()}, where no folder is; mount its disk or "
                "make that folder, or choose another one with --results"
            )
        if folder.exists() and not folder.is_dir():
            raise UserError(
                f"{folder}: is no folder, and cannot be written to or read; nothing was trained or "
                "shown; move it away, or choose another one with --results"
            )


def _beside(root: Path, suite: str) -> Results:
    return Results(root, f"{suite}-smoke")


def _records(results: Results, *, smoke: bool) -> Iterator[Record]:
    """Whole records of one kind in a folder."""
    from report.records.store import BadRecordError, read_record

    for path in sorted(results.folder.glob("*.json")):
        try:
            record = read_record(path)
        except (BadRecordError, FileNotFoundError):
            continue
        if record.smoke == smoke:
            yield record
