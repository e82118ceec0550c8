"""The chapters: templates and records become the Markdown that they take in."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment

from report.book.author import EMPTY, Comment, author_words
from report.book.cover import read_cover
from report.book.gather import Part
from report.book.methods import statistics_table, thresholds_table
from report.book.questions import answers_table
from report.book.reproducibility import cost_table, hardware_table, seeds_table, versions_table
from report.book.sources import COMMENTS, Sources
from report.book.templating import environment, render
from report.claims.trace import entry, findings, paragraphs
from report.numbers.statistics import CONFIDENCE
from report.sections.registry import section_module
from report.sections.section import figure_markdown, settings_table
from report.share import shared
from report.tasks import TASKS
from report.words import format as fmt
from report.words.markdown import Markdown, escape

NO_COMMENTS: Mapping[str, Markdown] = {}


def words_of_the_author(chosen: Sources, parts: Sequence[Part]) -> dict[str, Comment]:
    """The author's comments by task; what they may cite are the numbers of `parts`."""
    numbers = {name: text for part in parts for name, text in part.numbers().items()}
    return author_words(chosen.project / COMMENTS, [part.task.name for part in parts], numbers)


def chapters(
    chosen: Sources, parts: Sequence[Part], comments: Mapping[str, Markdown] = NO_COMMENTS
) -> dict[str, str]:
    """The generated Markdown of every chapter by file name.

    Args:
        chosen: the project and its results.
        parts: what is there of each task.
        comments: the author's own words by task, marked as such.

    Raises UserError.
    """
    templates = environment(shared("templates"))
    context = _context(chosen, parts)
    linked = not context["cover"].report.anonymous
    texts = {
        part.task.name: _part(templates, chosen, part, comments.get(part.task.name, EMPTY), linked)
        for part in parts
    }
    made = {}
    for template in sorted((shared("templates") / "chapters").glob("*.qmd")):
        shown = [
            {"title": escape(task.title), "id": Markdown(task.name), "text": texts[task.name]}
            for task in TASKS
            if task.chapter == template.stem
        ]
        text = render(templates, f"chapters/{template.name}", {**context, "tasks": shown})
        made[template.name] = text
    return made


def _context(chosen: Sources, parts: Sequence[Part]) -> dict[str, Any]:
    records = [part.record for part in parts if part.record is not None]
    numbered = [n for part in parts for group in part.claims for n in group]
    cover = read_cover(chosen.project / "homework.toml")
    newest = max(record.provenance.created for record in records)
    return {
        "cover": cover,
        "date": cover.report.date or _day(newest),
        "suite": chosen.results.name,
        "smoke": any(record.smoke for record in records),
        "synthetic": sorted({d.name for r in records for d in r.datasets if d.synthetic}),
        "missing": [part.task.title for part in parts if part.section is None],
        "findings": findings(
            {
                part.task.title: [n for group in part.claims for n in group if n.claim.headline]
                for part in parts
            }
        ),
        "entries": Markdown("\n".join(entry(n) for n in numbered)),
        "claims": len(numbered),
        "confidence": fmt.percent(CONFIDENCE, 0),
        "statistics": statistics_table([n.claim for n in numbered]),
        "thresholds": thresholds_table(),
        "answers": answers_table(parts),
        "seeds": seeds_table(records, cover.report.anonymous),
        "versions": versions_table(records),
        "hardware": hardware_table(records),
        "cost": cost_table(records),
    }


def _part(
    templates: Environment,
    chosen: Sources,
    part: Part,
    own: Markdown,
    linked: bool,
) -> Markdown:
    """Everything below a task's heading."""
    record, section, task = part.record, part.section, part.task.name
    if record is None or section is None:
        return Markdown(f"::: {{.callout-warning}}\n{escape(part.trouble)}\n:::\n\n{own}")
    origin = _origin(chosen, task, section_module(task), linked)
    figures = {
        figure.name: figure_markdown(task, figure, _link(chosen, path), origin)
        for figure in section.figures
        for path in [chosen.results.figure(task, figure.name)]
    }
    tables = {table.name: table.markdown(task) for table in section.tables}
    tables.setdefault("settings", settings_table(record).markdown(task))
    body = render(
        templates,
        f"tasks/{task}.qmd",
        {"settings": record.settings, "metrics": record.metrics, "figures": figures}
        | {"tables": tables, "record": record},
    )
    notes = "".join(f"::: {{.callout-note}}\n{escape(n)}\n:::\n\n" for n in record.notes)
    return Markdown(f"{body}\n{paragraphs(part.claims)}\n{notes}{own}")


def _origin(chosen: Sources, task: str, module: str, linked: bool) -> Markdown:
    """Which module measured, which drew, and from which record; links to what the project has.

    An anonymous report is not linked: a record's command may name folders of its author.
    """
    top = chosen.project.resolve()
    drawn = Path(*module.split(".")).with_suffix(".py")
    measured = Path("experiments/tasks", f"{task.replace('-', '_')}.py")
    record = _link(chosen, chosen.results.record(task)).removeprefix("/")
    words = [
        f"[{code}](/{path})" if linked and file.is_file() and file.is_relative_to(top) else code
        for path in (str(measured), str(drawn), record)
        for code, file in [(fmt.code(path), (top / path).resolve())]
    ]
    return Markdown("Measured by {}, drawn by {} from {}.".format(*words))


def _link(chosen: Sources, path: Path) -> str:
    """Path of a result from the project's folder, as `/results/…`."""
    return "/" + path.resolve().relative_to(chosen.project.resolve()).as_posix()


def _day(created: str) -> str:
    months = "January February March April May June July August September October November December"
    year, month, day = created[:10].split("-")
    return f"{months.split()[int(month) - 1]} {int(day)}, {year}"
