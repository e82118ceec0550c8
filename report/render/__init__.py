"""Renders the book: by Quarto when there is one, else by the built-in renderer."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from report.render import pandoc, quarto, stamp
from report.render.errors import RenderError
from report.render.project import Book, read_book
from report.render.staging import staged
from report.render.typeset import TYPST

__all__ = ["RenderError", "RenderResult", "Renderer", "render"]

Renderer = Literal["auto", "quarto", "builtin"]


@dataclass(frozen=True)
class RenderResult:
    """Which renderer ran, in its own version's words, and the two files it made.

    `fresh`: both were up to date, so none ran.
    """

    renderer: str
    version: str
    site: Path
    pdf: Path
    note: str = ""
    fresh: bool = False

    @property
    def line(self) -> str:
        """One line that says which renderer ran, and why if another was there."""
        if self.fresh:
            return f"The report is up to date: {self.site}, {self.pdf}"
        note = f" [{self.note}]" if self.note else ""
        return f"Rendered by {self.renderer} ({self.version}){note}: {self.site}, {self.pdf}"


def render(
    project: Path,
    renderer: Renderer = "auto",
    environment: Mapping[str, str] | None = None,
    records: Iterable[Path] | None = None,
    one_file: bool = False,
) -> RenderResult:
    """Renders the Quarto book in the folder `project` to its output folder.

    The project's pre-render script runs first, with `environment` added to the process's own
    (QUARTO_PROFILE names profiles). The old site stays until the new one is whole.
    Where `records` are given, all that the script shows beside the project's own files, a report
    that is up to date is left as it is.
    `one_file`: also all pages as one HTML file, named like the PDF, by the built-in renderer.

    Raises:
        UserError: something in the project cannot be rendered; names file and line.
        RenderError: the renderer is missing, too old, failed, or wrote no report.
    """
    folder, added = project.resolve(), dict(environment or {})
    if one_file and renderer == "quarto":
        raise RenderError("Quarto makes no single file of a book; leave out --renderer quarto")
    program = None if renderer == "builtin" or one_file else quarto.find(added)
    if renderer == "quarto" and (program is None or not program.recent):
        found = (
            f"found Quarto {program.version} ({program.program})" if program else "none is on PATH"
        )
        raise RenderError(f"Quarto >= 1.9 is needed, {found}; install it or use --renderer builtin")
    name, version, note = "builtin", "", ""
    if program is not None and program.recent:
        name, version = "quarto", f"Quarto {program.version}"
    elif program is not None:
        note = f"Quarto {program.version} is older than 1.9"
        program = None
    if program is None:
        version = f"{pandoc.program()[1]}, Typst {TYPST}"
    book = read_book(folder, _profiles(added), builtin=program is None)
    pdf = book.output_dir / f"{book.output_name}.pdf"
    site = book.output_dir / (f"{book.output_name}.html" if one_file else "index.html")
    result = RenderResult(name, version, site, pdf, note)
    # What is changed from here on is not in the basis, and the next call renders again.
    made = f"{name} {version} {one_file}"
    basis = None if records is None else stamp.basis(book, records, made, added)
    if basis is not None and stamp.holds(book, basis):
        return replace(result, fresh=True)
    try:
        with staged(folder, book.output_dir) as new:
            if program is None:
                from report.render import builtin  # here: who is up to date does not wait for it

                builtin.build(book, new, added, one_file)
            else:
                quarto.build(program, folder, new, added)
            _check(book, new, version)
            if basis is not None:
                stamp.write(book, new, basis)
    except OSError as error:
        raise RenderError(f"{version} could not write the report: {error}") from None
    return result


def _profiles(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The names in QUARTO_PROFILE, separated by commas or spaces."""
    names = environment.get("QUARTO_PROFILE", os.environ.get("QUARTO_PROFILE", ""))
    return tuple(names.replace(",", " ").split())


def _check(book: Book, output: Path, version: str) -> None:
    for name in ("index.html", f"{book.output_name}.pdf"):
        path = output / name
        if not path.is_file() or path.stat().st_size == 0:
            raise RenderError(f"{version} ended without error but wrote no {name}; the old stays")
