"""The built-in renderer: the same book that Quarto makes, with Pandoc and Typst from wheels."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

from report.errors import UserError
from report.render import constructs, html, pages, source
from report.render.citations import cite
from report.render.crossref import Numbered, number, resolve
from report.render.project import Book
from report.render.quarto import script_environment
from report.render.single import single
from report.render.source import Document
from report.render.typeset import typeset
from report.render.typst import write_source
from report.words.terminal import say


def build(
    project: Book, output: Path, environment: Mapping[str, str], one_file: bool = False
) -> None:
    """Renders `project` into `output`: index.html, one page a chapter, the PDF.

    `one_file`: also all pages as one HTML file, named like the PDF.

    Raises UserError naming file and line for anything in a chapter that cannot be rendered.
    """
    run_scripts(project, project.pre_render, output, environment)
    with ThreadPoolExecutor() as pool:
        documents = list(
            pool.map(lambda chapter: source.read(chapter, project.folder), project.chapters)
        )
        for written in documents:
            constructs.check(written)
        # The paper first: Typst takes longest, and the site is made meanwhile.
        printed = write_source(project, prepare(project, documents, "typst"), pool)
        paper = pool.submit(_write_pdf, project, printed, output)
        _write_site(project, prepare(project, documents, "html"), output, pool)
        paper.result()
    if one_file:
        whole = single(output, [document.chapter.page for document in documents])
        (output / f"{project.output_name}.html").write_text(whole, encoding="utf-8")
    run_scripts(project, project.post_render, output, environment)


def run_scripts(
    project: Book, scripts: Sequence[str], output: Path, environment: Mapping[str, str]
) -> None:
    """Runs scripts of the project as Quarto does: in the project folder, told where."""
    told = {
        "QUARTO_PROJECT_RENDER_ALL": "1",
        "QUARTO_PROJECT_OUTPUT_DIR": str(output),
        "QUARTO_PROJECT_DIR": str(project.folder),
    }
    for script in scripts:
        done = subprocess.run(
            [sys.executable, script],
            cwd=project.folder,
            env={**script_environment(project.folder), **told, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines() or ["no message"]
            before, own, faults = done.stderr.partition("homework: ")
            if own and (not before or before.endswith("\n")):
                raise UserError(*faults.strip().splitlines())
            raise UserError(f"{script} failed with status {done.returncode}: {lines[-1]}")
        for line in done.stderr.splitlines():
            say(line, error=True)


def prepare(project: Book, documents: Sequence[Document], form: str) -> Numbered:
    """The book as the format `form` shows it: numbered, references resolved, citations set."""
    book = number(documents, form)
    resolve(book)
    cite(book, project.bibliography, project.folder)
    return book


def _write_site(project: Book, book: Numbered, output: Path, pool: Executor) -> None:
    used: set[str] = set()
    bodies = html.write_pages(project, book, used.add, pool)
    for name in sorted(used):
        copy_file(project.folder, name, output)
    pages.write(project, book, bodies, output)


def copy_file(folder: Path, name: str, output: Path) -> None:
    """Copies the project file `name` into the site; UserError when there is none."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise UserError(f"{name}: the report shows this file, but it is not in the project")
    (output / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, output / name)


def _write_pdf(project: Book, markup: str, output: Path) -> None:
    content = typeset(markup, project.folder)
    output.mkdir(parents=True, exist_ok=True)
    (output / f"{project.output_name}.pdf").write_bytes(content)
