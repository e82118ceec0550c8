"""Replaces the rendered site in one step, once the new one is whole, and nothing else.

A site lists the files that its render made, in `MANIFEST`. Only these are ever removed. Sites of
Quarto itself, and of earlier versions, have no list; in them, what a render of this project would
make counts by its name, and any other copy of a file of the project by its content.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from report.errors import UserError
from report.records.files import DRAFT
from report.shipped import GENERATED

MANIFEST = ".rendered-files"
"""The files of a site, one a line. Empty where a site is being made: then all beside it is ours."""
SOURCES = (
    *(".git", ".github", ".venv", "benchmarks", "chapters", "comments", "data", "experiments"),
    *("report", "results", "templates", "tests"),
)
"""Folders of a project in which no site may lie, be they there or not."""
KNOWN = {
    *("report.pdf", ".rendered", "search.json", "sitemap.xml", "robots.txt", ".nojekyll"),
    *("assets/site.css", "assets/site.js", "assets/theme.js", "assets/search.js"),
}
"""What a site without a list has beside pages, styles and copies of the project's files."""
COPIED = re.compile(
    r"(experiments|report)/[\w/]+\.py|results/[^/]+/(figures/[\w.-]+\.svg|[\w-]+\.json)"
)
"""What a site without a list has copies of: the sources and records that the report links to."""
NAMED = 3
"""So many files are named where some are in the way."""


@contextlib.contextmanager
def staged(folder: Path, output: Path) -> Iterator[Path]:
    """An empty folder that takes the place of `output` when the block ends without error.

    One render at a time: the project's `_quarto.yml` is locked, another render waits. What a
    killed render left is removed first; a site that it had only moved aside comes back. Where
    `output` is a link, the folder that it leads to is replaced, on its own disk.

    Raises UserError, before anything is touched, where `output` is no place for a site or holds
    files that no render made.
    """
    check_place(folder, output)
    site = output.resolve()
    making, old = site.with_name(site.name + ".new"), site.with_name(site.name + ".old")
    config = folder / "_quarto.yml"
    # Network file systems lock only what is open for writing.
    with config.open("rb+" if os.access(config, os.W_OK) else "rb") as lock:
        import fcntl  # here: not there on Windows, which the command line says in one line

        with contextlib.suppress(OSError):  # some disks keep no locks
            fcntl.flock(lock, fcntl.LOCK_EX)
        for place in (site, making, old):
            check_files(folder, place)
        for draft in folder.glob(f"{GENERATED}/**/.*{DRAFT}"):
            draft.unlink(missing_ok=True)
        if old.exists() and not site.exists():
            old.rename(site)
        _remove(folder, old)
        _remove(folder, making)
        new = making / site.name
        new.mkdir(parents=True)
        (making / MANIFEST).touch()
        try:
            yield new
            _list(new)
            if site.exists():
                check_files(folder, site)
                site.rename(old)
            new.rename(site)
        finally:
            _remove(folder, making)
            _remove(folder, old)


def remove_site(folder: Path, output: Path) -> None:
    """Remove what a render made in `output`. Raises UserError as `staged`."""
    check_place(folder, output)
    site = output.resolve()
    check_files(folder, site)
    _remove(folder, site)
    if output.is_symlink() and not site.exists():
        output.unlink()


def check_place(folder: Path, output: Path) -> None:
    """Raises UserError where a site in `output` would be among other things of the project."""
    top = folder.resolve()
    # A link counts as the place where it lies, and as the one where it leads.
    for place in (output.parent.resolve() / output.name, output.resolve()):
        if top.is_relative_to(place):
            what = "is the project's folder" if place == top else "contains the project"
            raise _refused(output, what)
        if not place.is_relative_to(top):
            continue
        first, *_ = place.relative_to(top).parts
        if first.casefold() in SOURCES:
            raise _refused(output, f"lies in {first}, a folder of the project's own")
        for above in place.relative_to(top).parents:
            others = [] if above == Path() else _others(top / above, place)
            if others:
                raise _refused(output, f"lies in {above}, which holds other things ({others[0]})")


def check_output(folder: Path, output: Path) -> None:
    """Before Quarto itself writes to `output`: raises UserError where other things lie there.

    It has emptied a folder within the project by then (all versions up to 1.10), and no script of
    a project runs before that; the project itself, and folders outside it, are still whole. A site
    that Quarto made before has no list, and may hold what is not known here.
    """
    check_place(folder, output)
    if not (output / "index.html").is_file():
        check_files(folder, output.resolve())


def check_files(folder: Path, site: Path) -> None:
    """Raises UserError where `site` is there and holds files that no render of `folder` made."""
    if site.is_symlink() or (site.exists() and not site.is_dir()):
        raise _refused(site, "is no folder")
    made = _made(folder, site) if site.is_dir() else set()
    found = [name for name in _files(site) if name not in made]
    if found:
        more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        raise UserError(
            f"{site}: holds files that no render made ({', '.join(found[:NAMED])}{more}); "
            "move them elsewhere, or name another output-dir in _quarto.yml"
        )


def _refused(output: Path, what: str) -> UserError:
    return UserError(
        f"{output}: {what}, and a render replaces all of its output folder; "
        "name a folder of its own as project.output-dir in _quarto.yml, such as _site"
    )


def _others(above: Path, place: Path) -> list[str]:
    """What else than the way to `place` the folder `above` holds."""
    names = [path.name for path in sorted(above.iterdir())] if above.is_dir() else []
    own = place.relative_to(above).parts[0]
    return [name for name in names if name not in (own, f"{own}.new", f"{own}.old", MANIFEST)]


def _files(site: Path) -> list[str]:
    """Every file and every link below `site`, as a path from there."""
    found = []
    for here, folders, files in os.walk(site):
        links = [name for name in folders if Path(here, name).is_symlink()]
        found += [Path(here, name).relative_to(site).as_posix() for name in (*files, *links)]
    return sorted(found)


def _made(folder: Path, site: Path) -> set[str]:
    """Which files of `site` a render made."""
    there = _files(site)
    try:
        listed = (site / MANIFEST).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {name for name in there if _known(folder, site, name)}
    return {*there} & {*listed, MANIFEST} if listed else {*there}


def _known(folder: Path, site: Path, name: str) -> bool:
    """Whether a render of `folder` makes a file of this name, where there is no list."""
    path, source = site / name, folder / name
    if path.is_symlink():
        return False
    if name in KNOWN or name.startswith("site_libs/") or COPIED.fullmatch(name):
        return True
    if path.suffix == ".html" and source.with_suffix(".qmd").is_file():
        return True
    if path.parent == site / "assets" and (folder / "templates/styles" / path.name).is_file():
        return True
    return source.is_file() and source.read_bytes() == path.read_bytes()


def _list(site: Path) -> None:
    names = [name for name in _files(site) if name != MANIFEST]
    (site / MANIFEST).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def _remove(folder: Path, site: Path) -> None:
    """Remove the files that a render made, the list of them last, and the folders then empty."""
    made = _made(folder, site) if site.is_dir() else set()
    for name in sorted(made - {MANIFEST}):
        (site / name).unlink(missing_ok=True)
    for here, folders, _ in os.walk(site, topdown=False):
        for name in folders:
            with contextlib.suppress(OSError):  # not empty
                Path(here, name).rmdir()
    if site.is_dir() and [path.name for path in site.iterdir()] in ([], [MANIFEST]):
        shutil.rmtree(site)
