"""Renders the book: by Quarto when there is one, else by the built-in renderer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from report.render import builtin, quarto
from report.render.errors import RenderError
from report.render.project import Book, read_book
from report.render.staging import staged

__all__ = ["RenderError", "RenderResult", "Renderer", "render"]

Renderer = Literal["auto", "quarto", "builtin"]


@dataclass(frozen=True)
class RenderResult:
    """Which renderer ran, in its own version's words, and the two files it made."""

    renderer: str
    version: str
    site: Path
    pdf: Path
    note: str = ""

    @property
    def line(self) -> str:
        """One line that says which renderer ran, and why if another was there."""
        note = f" [{self.note}]" if self.note else ""
        return f"Rendered by {self.renderer} ({self.version}){note}: {self.site}, {self.pdf}"


def render(
    project: Path, renderer: Renderer = "auto", environment: Mapping[str, str] | None = None
) -> RenderResult:
    """Renders the Quarto book in the folder `project` to its output folder.

    The project's pre-render script runs first, with `environment` added to the process's own
    (QUARTO_PROFILE names profiles). The old site stays until the new one is whole.

    Raises:
        UserError: something in the project cannot be rendered; names file and line.
        RenderError: the renderer is missing, too old, failed, or wrote no report.
    """
    folder, added = project.resolve(), dict(environment or {})
    program = None if renderer == "builtin" else quarto.find(added)
    if renderer == "quarto" and (program is None or not program.recent):
        found = (
            f"found Quarto {program.version} ({program.program})" if program else "none is on PATH"
        )
        raise RenderError(f"Quarto >= 1.9 is needed, {found}; install it or use --renderer builtin")
    name, version, note = "builtin", builtin.version(), ""
    if program is not None and program.recent:
        name, version = "quarto", f"Quarto {program.version}"
    elif program is not None:
        note = f"Quarto {program.version} is older than 1.9"
        program = None
    book = read_book(folder, builtin.profiles(added), builtin=program is None)
    try:
        with staged(folder, book.output_dir) as new:
            if program is None:
                builtin.build(book, new, added)
            else:
                quarto.build(program, folder, new, added)
            _check(book, new, version)
    except OSError as error:
        raise RenderError(f"{version} could not write the report: {error}") from None
    pdf = book.output_dir / f"{book.output_name}.pdf"
    return RenderResult(name, version, book.output_dir / "index.html", pdf, note)


def _check(book: Book, output: Path, version: str) -> None:
    for name in ("index.html", f"{book.output_name}.pdf"):
        path = output / name
        if not path.is_file() or path.stat().st_size == 0:
            raise RenderError(f"{version} ended without error but wrote no {name}; the old stays")
