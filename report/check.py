"""`homework check`: whether the report agrees with its records and answers every question."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from report.book.author import check_names
from report.book.chapters import chapters, words_of_the_author
from report.book.cover import read_cover, tells
from report.book.drawing import read_index, svg
from report.book.gather import NOT_ASKED, Part, mixed, read_parts
from report.book.questions import QUESTIONS, answered, shortfall
from report.book.section_text import section_texts
from report.book.sources import COMMENTS, Sources
from report.book.stored import changes, read_claims
from report.claims.consistency import contradiction, opposed, pooled
from report.errors import UserError
from report.numbers.quantifiers import ordered
from report.records import Results
from report.records.record import digest
from report.sections.registry import section_of
from report.sections.section import Figure
from report.words.numerals import typed_numerals
from report.words.traced import tracing, unmarked, without_marks

FRESH = ("done", "diverged")
SHAPES = {
    "rising": r"ris(?:es|ing)|climb(?:s|ing)|grow(?:s|ing)|increas(?:es|ing)",
    "falling": r"(?<!still )fall(?:s|ing)|drop(?:s|ping)|shrink(?:s|ing)|decreas(?:es|ing)",
    "level": "level",
}
"""Words by which an alternative text claims a shape."""
MIN_ALT = 20
"""Characters from which an alternative text can say what is seen."""


@dataclass(frozen=True)
class State:
    """Whether a task's record is up to date with its suite (`experiments.freshness`)."""

    task: str
    state: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Something wrong, and where."""

    topic: str
    where: str
    what: str


@dataclass(frozen=True)
class Outcome:
    """What the check found. It passes if there are no `problems`; `notes` are for information."""

    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    claims: int
    figures: int

    @property
    def passed(self) -> bool:
        """Whether there are no problems."""
        return not self.problems


Found = Iterator[Problem]


def check(
    chosen: Sources,
    states: Sequence[State],
    allow_stale: bool = False,
    submission: bool = False,
) -> Outcome:
    """Check the records, claims, figures, numbers and answers of a suite.

    Args:
        chosen: the project and its results.
        states: the state of every task of the suite.
        allow_stale: a stale record is a note; everything else about it is still checked.
        submission: whether the report is to be handed in: the cover names its author, and no
            question is answered in part.
    """
    not_fresh = [found for found in states if found.state not in FRESH]
    stale = [found for found in not_fresh if allow_stale and found.state == "stale"]
    not_fresh = [found for found in not_fresh if found not in stale]
    folder = chosen.results.root.resolve()
    shown = Sources(folder, Results(folder, chosen.results.name))
    with tracing():
        marked = read_parts(chosen.results)
    parts = [part for part, _ in section_texts(shown, without_marks(marked))]
    rules: tuple[Callable[[], Found], ...] = (
        lambda: _records(parts, not_fresh),
        lambda: _faults(parts),
        lambda: _kinds(parts),
        lambda: _claims(parts, chosen.results),
        lambda: _figures(parts, chosen.results),
        lambda: _numbers(marked, shown),
        lambda: _questions(parts),
        lambda: _comments(parts, chosen),
        *([lambda: _submission(parts, chosen)] if submission else []),
    )
    return Outcome(
        tuple(problem for rule in rules for problem in rule()),
        (*_states(stale), *_notes(parts)),
        sum(len(group) for part in parts for group in part.claims),
        sum(len(part.section.figures) for part in parts if part.section is not None),
    )


def _states(states: Sequence[State]) -> Found:
    for found in states:
        why = f" ({'; '.join(found.reasons)})" if found.reasons else ""
        yield Problem("records", found.task, f"{found.state}{why}; run the suite again")


def _records(parts: Sequence[Part], not_fresh: Sequence[State]) -> Found:
    yield from _states(not_fresh)
    known = {found.task for found in not_fresh}
    for part in parts:
        absent = part.trouble == NOT_ASKED
        if part.section is None and part.task.name not in known and not (part.faulty or absent):
            yield Problem("records", part.task.name, part.trouble)


def _faults(parts: Sequence[Part]) -> Found:
    for part in parts:
        if part.faulty:
            yield Problem("program", part.task.name, part.trouble)


def _kinds(parts: Sequence[Part]) -> Found:
    if mixed(parts):
        smoke = [part.task.name for part in parts if part.record is not None and part.record.smoke]
        what = "smoke records among full-size ones; run the suite again"
        yield Problem("records", ", ".join(smoke), what)


def _claims(parts: Sequence[Part], results: Results) -> Found:
    try:
        kept = read_claims(results)
    except UserError as error:
        yield Problem("claims", str(results.claims), str(error))
        return
    for part in parts:
        task = part.task.name
        claims = [numbered.claim for group in part.claims for numbered in group]
        for claim, fault in opposed(claims):
            yield Problem("claims", claim.id, fault)
        for claim in claims:
            if fault := contradiction(claim):
                yield Problem("claims", claim.id, f"contradicts its numbers: {fault}")
            if part.record is not None and (fault := pooled(claim, part.record)):
                yield Problem("claims", claim.id, fault)
            for used in claim.evidence:
                if part.record is not None and not used.holds(part.record):
                    yield Problem("claims", claim.id, f"{used.path} holds other numbers")
        if part.section is None:
            continue
        if task not in kept:
            yield Problem("claims", task, 'not kept since the last run; "homework run" keeps them')
            continue
        for change in changes(kept[task], part):
            what = f"no longer holds. It said: {change.before} The records say: {change.now}"
            yield Problem("claims", change.name, what)


def _figures(parts: Sequence[Part], results: Results) -> Found:
    index = read_index(results)
    for part in parts:
        if part.record is None or part.section is None:
            continue
        source = digest(part.record.content())
        for figure in part.section.figures:
            path = results.figure(part.task.name, figure.name)
            drawn = index.get(path.name, {})
            if len(figure.alt.strip()) < MIN_ALT:
                yield Problem("figures", path.name, "lacks alternative text")
            for fault in _shapes(figure):
                yield Problem("figures", path.name, fault)
            if not path.is_file():
                yield _missing(part, figure, path.name)
            elif drawn.get("sha256") != hashlib.sha256(path.read_bytes()).hexdigest():
                yield Problem("figures", path.name, "edited since it was drawn")
            elif drawn.get("record") != source:
                yield Problem("figures", path.name, "drawn from another record")


def _shapes(figure: Figure) -> Iterator[str]:
    """What the alternative text claims of a shape that the data do not have."""
    said = {shape for shape, by in SHAPES.items() if re.search(rf"\b(?:{by})\b", figure.alt)}
    for shape in sorted(said | set(figure.shapes)):
        if shape not in figure.shapes:
            yield f'the alternative text says "{shape}", which rests on no data'
        elif (found := ordered(figure.shapes[shape])) != shape:
            yield f'the alternative text says "{shape}" of what is {found}'


def _missing(part: Part, figure: Figure, name: str) -> Problem:
    """Why a figure is missing: it was not drawn yet, or drawing it fails."""
    try:
        assert part.record is not None
        drawn = {one.name: one for one in section_of(part.record).figures}
        svg(drawn[figure.name])
    except Exception as error:
        return Problem("program", name, part.lost(error).trouble)
    return Problem("figures", name, "missing; run the suite again to draw it")


def _numbers(marked: Sequence[Part], shown: Sources) -> Found:
    if all(part.record is None for part in marked) or mixed(marked):
        return
    try:
        with tracing():
            texts = chapters(shown, marked)
    except UserError as error:
        yield Problem("numbers", "templates", unmarked(str(error)))
        return
    problems = {
        str(row[key])
        for part in marked
        if part.record is not None
        for table, key in (("cases", "case"), ("functions", "function"))
        for row in cast(list[dict[str, Any]], part.record.metrics.get(table) or [])
    }
    for name, text in texts.items():
        for typed in typed_numerals(text, problems):
            what = f'"{typed.numeral}" came through no formatter: {typed.around}'
            yield Problem("numbers", f"{name}, line {typed.line}", what)


def _questions(parts: Sequence[Part]) -> Found:
    by_task = {part.task.name: part for part in parts}
    for question in QUESTIONS:
        part = by_task[question.task]
        if part.asked and answered(question, part) == "no":
            yield Problem("questions", question.task, f"not answered: {question.text}")


def _comments(parts: Sequence[Part], chosen: Sources) -> Found:
    try:
        check_names(chosen.project / COMMENTS)
    except UserError as error:
        yield Problem("comments", str(COMMENTS), str(error))
    try:
        comments = words_of_the_author(chosen, parts)
    except UserError as error:
        yield Problem("comments", str(COMMENTS), str(error))
        return
    cover = read_cover(chosen.project / "homework.toml")
    private = [*cover.author.model_dump().values(), cover.report.repository]
    for task, comment in comments.items():
        if comment.fault:
            yield Problem("comments", f"{task}.md", comment.fault)
        if cover.report.anonymous and any(tells(comment.text, word) for word in private):
            what = "tells who wrote it, but the report is anonymous"
            yield Problem("comments", f"{task}.md", what)


def _submission(parts: Sequence[Part], chosen: Sources) -> Found:
    cover = read_cover(chosen.project / "homework.toml")
    if not cover.author.name.strip() and not cover.report.anonymous:
        what = "author.name is empty; write it there, or set report.anonymous = true"
        yield Problem("cover", "homework.toml", what)
    by_task = {part.task.name: part for part in parts}
    for question in QUESTIONS:
        part = by_task[question.task]
        if answered(question, part) == "partly":
            what = f"{question.text}: {shortfall(question, part)}"
            yield Problem("questions", question.task, what)
        if part.record is not None and part.record.smoke:
            yield Problem("records", question.task, "a smoke record; run the suite without --smoke")


def _notes(parts: Sequence[Part]) -> Found:
    by_task = {part.task.name: part for part in parts}
    for question in QUESTIONS:
        part = by_task[question.task]
        if part.asked and answered(question, part) == "partly":
            what = f"{question.text}: {shortfall(question, part)}"
            yield Problem("partly", question.task, what)
    for part in parts:
        if part.record is not None and part.record.status == "diverged":
            yield Problem("diverged", part.task.name, part.record.reason or "some runs diverged")
