"""Whether the report is up to date: a stamp in the site says what it was made from.

The stamp lies in the site and is moved with it, so the two always belong together. It holds two
digests, of what was read and of what was made; it is compared as a whole and never understood.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from report.records import kept
from report.render.project import Book
from report.render.staging import MANIFEST
from report.shipped import FRAME, GENERATED

STAMP = ".rendered"
OWN = (*FRAME, "homework.toml", "comments/*", "experiments/tasks/*.py")
"""What a project of the book consists of, beside what its `_quarto.yml` names and its records."""
VARIABLES = ("HOMEWORK_", "QUARTO_")
"""How the variables begin that choose what is shown."""


def basis(
    book: Book, records: Iterable[Path], renderer: str, environment: Mapping[str, str]
) -> str:
    """Digest of all that rendering reads.

    Args:
        book: the project.
        records: what its pre-render script shows.
        renderer: which renderer, in which version.
        environment: what is added to the process's own environment.
    """
    named = (
        *(chapter.source for chapter in book.chapters),
        *(book.folder / script for script in (*book.pre_render, *book.post_render)),
        *(*book.bibliography, *book.filters, *book.pdf_filters),
        *(*book.styles, *book.partials, *book.endings),
    )
    own = (path for pattern in OWN for path in book.folder.glob(pattern))
    variables = {**os.environ, **environment}
    words = (
        f"{book}\n{renderer}\n{kept.program()}",
        *sorted(f"{k}={v}" for k, v in variables.items() if k.startswith(VARIABLES)),
    )
    files = {str(path): path for path in (*named, *own, *records)}
    return _digest(files, words)


def write(book: Book, site: Path, read: str) -> None:
    """Stamp `site`, the new output of `book`; `read` is the basis that it was made from."""
    (site / STAMP).write_text(_stamp(book, site, read), encoding="utf-8")


def holds(book: Book, read: str) -> bool:
    """Whether the output of `book` was made from `read` and is as it was made."""
    try:
        found = (book.output_dir / STAMP).read_bytes()
    except OSError:
        return False
    return found == _stamp(book, book.output_dir, read).encode()


def _stamp(book: Book, site: Path, read: str) -> str:
    """Both digests; what was made includes the files of the project that the site has copies of."""
    names = [
        path.relative_to(site) for path in site.rglob("*") if path.name not in (STAMP, MANIFEST)
    ]
    pages = {f"site/{name}": site / name for name in names}
    shown = {str(name): book.folder / name for name in names}
    generated = {str(path): path for path in (book.folder / GENERATED).glob("*")}
    return f"{read}\n{_digest(pages | shown | generated)}\n"


def _digest(files: Mapping[str, Path], words: Iterable[str] = ()) -> str:
    """Of the words, and of those files that exist, by name and content.

    A file that cannot be read counts as empty: if it is needed, the renderer says what is wrong.
    """
    names = sorted(name for name, path in files.items() if path.is_file())
    return kept.key(*words, *names, *kept.contents(files[name] for name in names))
