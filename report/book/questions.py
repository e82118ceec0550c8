"""Every question of the homework, and where the report answers it."""

from collections.abc import Sequence
from typing import Literal

from report.book.gather import Part
from report.sections.question import Question
from report.sections.registry import questions
from report.words import format as fmt
from report.words.markdown import Markdown, escape
from report.words.tables import Table

Answered = Literal["yes", "partly", "no"]
QUESTIONS = questions()


def available(part: Part) -> set[str]:
    """Labels (without the task) of the figures and tables that a part has."""
    if part.section is None:
        return set()
    return (
        {f"fig-{figure.name}" for figure in part.section.figures}
        | {f"tbl-{table.name}" for table in part.section.tables}
        | {"tbl-settings"}
    )


def answered(question: Question, part: Part) -> Answered:
    """Whether the report answers a question; `partly` if it has fewer items than required."""
    if part.section is None or part.record is None:
        return "no"
    if question.comment:
        return "yes" if any(part.claims) else "no"
    given = _given(question, part)
    if len(given) < len(question.answers) and not (question.either and given):
        return "no"
    demand = question.demand
    return "yes" if demand is None or demand.count(part.record) >= demand.least else "partly"


def _given(question: Question, part: Part) -> list[str]:
    """The answers that the report has."""
    return [answer for answer in question.answers if answer in available(part)]


def shortfall(question: Question, part: Part) -> Markdown:
    """For a partly answered question: how many items there are, and how many are required."""
    assert question.demand is not None and part.record is not None
    found = fmt.count(question.demand.count(part.record))
    least = fmt.count(question.demand.least)
    return Markdown(f"{found} of at least {least} {question.demand.things}")


def answers(part: Part) -> list[tuple[Markdown, Markdown, Markdown]]:
    """The rows of a task in the table of answers; none for one of which nothing is asked.

    That a section comments on its results goes without a row, that it does not has one.
    """
    if not part.asked:
        return []
    return [
        (
            Markdown(f"@sec-{question.task}"),
            escape(question.text + (" (bonus)" if question.bonus else "")),
            _links(question, part),
        )
        for question in QUESTIONS
        if question.task == part.task.name
        and not (question.comment and answered(question, part) == "yes")
    ]


def answers_table(parts: Sequence[Part]) -> Markdown:
    """The appendix's table: every question with links to where it is answered."""
    return Table(
        name="questions",
        caption=Markdown(
            "Every question of the homework and where it is answered. The comments on the results "
            "that it asks for stand in each section, marked as generated or below as the author's, "
            "unless a row says that one is missing."
        ),
        header=("Section", "Question", "Answered in"),
        align="lll",
        rows=tuple(row for part in parts for row in answers(part)),
        widths=(10, 62, 28),
    ).markdown("answers")


def _links(question: Question, part: Part) -> Markdown:
    state = answered(question, part)
    if state == "no":
        return Markdown("**not answered**")
    if question.comment:
        first = next(group for group in part.claims if group)[0]
        return Markdown(f"[commentary]({first.address})")
    labels = [f"{answer[:4]}{question.task}-{answer[4:]}" for answer in _given(question, part)]
    links = ", ".join(f"@{label}" for label in (*question.equations, *labels))
    if state == "partly":
        links += f"; **in part**, {shortfall(question, part)}"
    return Markdown(links)
