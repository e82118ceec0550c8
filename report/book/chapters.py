"""The Markdown of each chapter, from its template and the records."""

from collections.abc import Mapping, Sequence
from typing import Any

from report.book.author import EMPTY, Comment, author_words
from report.book.cover import Cover, read_cover
from report.book.gather import Part
from report.book.methods import statistics_table, thresholds_table
from report.book.questions import answers_table
from report.book.reproducibility import (
    cost_table,
    hardware_table,
    repeated_table,
    versions_table,
)
from report.book.section_text import link, section_texts
from report.book.sources import COMMENTS, Sources
from report.book.templating import environment, render
from report.claims.trace import entry, findings
from report.numbers.scales import CONFIDENCE
from report.records import Record
from report.shipped import shared
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
    cover = read_cover(chosen.project / "homework.toml")
    sections = section_texts(
        chosen, parts, linked=not cover.report.anonymous, evidence=cover.report.evidence
    )
    parts = [part for part, _ in sections]
    context = _context(chosen, cover, parts)
    texts = {
        part.task.name: Markdown(text + comments.get(part.task.name, EMPTY))
        for part, text in sections
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


def _again(suite: str, records: Sequence[Record]) -> Markdown:
    """The commands that run one task a second time; the name of a suite is safe in code."""
    own = any(f"{suite}.toml" in record.provenance.command for record in records)
    given = suite + ".toml" * own + " --smoke" * any(record.smoke for record in records)
    task = records[0].task
    return Markdown(
        f"    homework run --suite {given} --only {task} --results again --data-dir data\n"
        f"    homework diff results/{suite} again/{suite} --keep"
    )


def _context(chosen: Sources, cover: Cover, parts: Sequence[Part]) -> dict[str, Any]:
    records = [part.record for part in parts if part.record is not None]
    numbered = [n for part in parts for group in part.claims for n in group]
    newest = max(record.provenance.created for record in records)
    return {
        "cover": cover,
        "date": cover.report.date or _day(newest),
        "suite": chosen.results.name,
        "again": _again(chosen.results.name, records),
        "smoke": any(record.smoke for record in records),
        "synthetic": sorted({d.name for r in records for d in r.datasets if d.synthetic}),
        "missing": [part.task.title for part in parts if part.section is None and part.asked],
        "findings": findings(
            {
                part.task.title: [n for group in part.claims for n in group if n.claim.headline]
                for part in parts
            },
            lambda task, name: link(chosen, chosen.results.figure(task, name)),
            cover.report.evidence,
        ),
        "entries": Markdown("\n".join(entry(n) for n in numbered)),
        "claims": len(numbered),
        "confidence": fmt.percent(CONFIDENCE, 0),
        "statistics": statistics_table([n.claim for n in numbered]),
        "thresholds": thresholds_table([part.task for part in parts if not part.faulty]),
        "answers": answers_table(parts),
        "versions": versions_table(records),
        "hardware": hardware_table(records, cover.report.anonymous),
        "cost": cost_table(records),
        "repeated": repeated_table(chosen.results, records),
    }


def _day(created: str) -> str:
    months = "January February March April May June July August September October November December"
    year, month, day = created[:10].split("-")
    return f"{months.split()[int(month) - 1]} {int(day)}, {year}"
