"""Write the generated part of every chapter, and draw the figures that it shows.

All but the author's comments follows from the records, and is kept: who writes a comment does not
wait for statistics.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from report.book.author import EMPTY, author_words, check_names
from report.book.drawing import all_drawn, as_csv, ensure_drawn
from report.book.sources import (
    COMMENTS,
    COPIES,
    GENERATED,
    Sources,
    check_generated,
    data_path,
    outside,
)
from report.errors import UserError
from report.records import Results, kept
from report.records.files import write_bytes, write_text
from report.shipped import code_digest, shared
from report.tasks import TASKS
from report.words.markdown import Markdown
from report.words.terminal import say

if TYPE_CHECKING:
    from report.book.gather import Part

COMMENT = re.compile("\0([a-z-]+)\0")
"""Where the author's comment on a task stands in a text that is kept; no other text holds NUL."""


@dataclass(frozen=True)
class Made:
    """What the records give: chapters by file name, with the places of comments, and all numbers
    that a comment may cite by name.

    `figures`: the digest of each task's record, and the names of its figures.
    """

    chapters: dict[str, str]
    numbers: dict[str, str]
    figures: dict[str, tuple[str, list[str]]]


def generate(chosen: Sources) -> tuple[Path, ...]:
    """Write the generated part of every chapter; files whose content is unchanged are not touched.

    Figures that are missing or outdated are drawn first. Raises UserError, also as
    `check_generated`.
    """
    check_generated(chosen.project)
    check_names(chosen.project / COMMENTS)
    name = _key(chosen)
    made = _found(name, chosen)
    if made is None:
        made = _make(name, chosen)
    else:
        _write_tables(chosen, made.figures)
    numbers = {name: Markdown(text) for name, text in made.numbers.items()}
    comments = author_words(chosen.project / COMMENTS, [task.name for task in TASKS], numbers)
    for comment in comments.values():
        if comment.fault:
            say(f"homework: {comment.fault}", error=True)
    if outside(chosen):
        for drawing in sorted(chosen.results.figures.glob("*.svg")):
            write_bytes(chosen.project / COPIES / drawing.name, drawing.read_bytes())
    blocks = {task: comment.block for task, comment in comments.items()}
    written = []
    for name, marked in made.chapters.items():
        text = COMMENT.sub(lambda place: blocks.get(place[1], EMPTY), marked)
        path = chosen.project / GENERATED / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_text(path, text)
        written.append(path)
    return tuple(written)


def _key(chosen: Sources) -> str:
    """All that the texts follow from, but for the author's comments."""
    project, results = chosen.project.resolve(), chosen.results.folder.resolve()
    linked = (*project.glob("experiments/tasks/*.py"), *project.glob("report/sections/**/*.py"))
    read = (
        *sorted(results.glob("*.json")),
        *(chosen.results.questions, chosen.results.owner, project / "homework.toml"),
        *sorted(shared("templates").rglob("*.qmd")),
    )
    return kept.key(
        code_digest(),
        *(sys.version, *kept.installed()),
        *map(str, (project, results, *sorted(linked), *read)),
        *kept.contents(read),
    )


def _found(name: str, chosen: Sources) -> Made | None:
    """What is kept, if its figures are there as they were drawn."""
    text = kept.read(name)
    if text is None:
        return None
    made = Made(**json.loads(text))
    drawn = (
        all_drawn(task, source, names, chosen.results)
        for task, (source, names) in made.figures.items()
    )
    return made if all(drawn) else None


def _make(name: str, chosen: Sources) -> Made:
    """Make all from the records; it is kept unless a part of the program failed."""
    from report.book.chapters import chapters
    from report.book.gather import gather
    from report.records.record import digest

    parts = [_drawn(part, chosen.results) for part in gather(chosen.results)]
    places = {task.name: Markdown(f"\0{task.name}\0") for task in TASKS}
    figures = {
        part.task.name: (digest(part.record.content()), [f.name for f in part.section.figures])
        for part in parts
        if part.record is not None and part.section is not None
    }
    _write_tables(chosen, figures)  # chapters link those that are there
    made = Made(
        chapters(chosen, parts, places),
        {name: str(text) for part in parts for name, text in part.numbers().items()},
        figures,
    )
    if not any(part.faulty for part in parts):
        kept.write(name, json.dumps(asdict(made), ensure_ascii=False))
    return made


def _write_tables(chosen: Sources, figures: Mapping[str, tuple[str, list[str]]]) -> None:
    """Write the data of every figure that has some as a table; files of the same data stay."""
    code = code_digest("book/drawing.py")
    for task, (_, names) in figures.items():
        for figure in names:
            path = chosen.results.figure(task, figure)
            drawing, place = path.read_bytes(), chosen.project / data_path(path.stem)
            name = partial(kept.key, code, "data", drawing)
            table = kept.answered(name, partial(as_csv, drawing))
            if table is None:
                place.unlink(missing_ok=True)
            elif not place.is_file() or place.read_bytes() != table.encode():
                write_bytes(place, table.encode())


def _drawn(part: Part, results: Results) -> Part:
    """The part with its figures drawn; without its section if drawing one of them fails."""
    if part.record is not None and part.section is not None:
        try:
            ensure_drawn(part.record, part.section.figures, results)
        except UserError:
            raise
        except Exception as error:
            return part.lost(error)
    return part
