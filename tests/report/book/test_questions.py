"""Where each question is answered, and what is said where none is."""

from dataclasses import replace

import pytest

from report.book.gather import Part
from report.book.questions import QUESTIONS, answered, answers, answers_table, shortfall
from report.sections.parameter_count.figures import section
from report.shipped import shared
from report.tasks import BY_NAME, TASKS, asked, faulty_questions
from tests.report.sections.parameter_count.test_claims import SIZES, made

RECORD = made()
SECTION = section(RECORD)
WHOLE = Part(BY_NAME["parameter-count"], RECORD, SECTION, "")
COUNT = next(q for q in QUESTIONS if q.text == "At least ten structures")


def with_numbered(part: Part) -> tuple[Part, ...]:
    return tuple(part if t.name == part.task.name else Part(t, None, None, "x") for t in TASKS)


def test_every_task_is_asked_to_show_and_to_comment() -> None:
    named = {question.task for question in QUESTIONS}
    assert len(named) == 11 and named <= BY_NAME.keys()  # experiments beyond the homework need none
    for task in named:
        own = [q for q in QUESTIONS if q.task == task]
        assert any(q.comment for q in own), task
        assert any(q.answers and not q.comment for q in own), task


def test_an_equation_that_answers_stands_in_the_template() -> None:
    equations_of = {
        question.task: question.equations for question in QUESTIONS if question.equations
    }
    assert {"minimal-ratio", "error-surface", "sharpness"} <= equations_of.keys()
    for task, equations in equations_of.items():
        text = (shared("templates") / "tasks" / f"{task}.qmd").read_text(encoding="utf-8")
        assert all(f"{{#{label}}}" in text for label in equations), task


def test_a_figure_that_is_missing_leaves_its_question_unanswered() -> None:
    question = next(q for q in QUESTIONS if q.task == "parameter-count" and "fig-loss" in q.answers)
    assert answered(question, WHOLE) == "yes"
    fewer = tuple(figure for figure in SECTION.figures if figure.name != "loss")
    assert answered(question, replace(WHOLE, section=replace(SECTION, figures=fewer))) == "no"


def test_one_of_the_answers_suffices_where_either_will_do() -> None:
    question = next(q for q in QUESTIONS if q.task == "parameter-count" and "fig-loss" in q.answers)
    either = replace(question, answers=("fig-loss", "fig-none"), either=True)
    assert answered(either, WHOLE) == "yes"
    assert answered(replace(either, either=False), WHOLE) == "no"
    assert answered(replace(either, answers=("fig-none",)), WHOLE) == "no"


def test_fewer_than_asked_for_is_an_answer_in_part() -> None:
    assert len(SIZES) < 10
    assert answered(COUNT, WHOLE) == "partly"
    assert shortfall(COUNT, WHOLE) == f"{len(SIZES)} of at least 10 models"
    enough = made(sizes={f"m{n}": 100 + n for n in range(10)})
    assert answered(COUNT, Part(WHOLE.task, enough, section(enough), "")) == "yes"


def test_what_is_not_asked_has_no_rows() -> None:
    table = answers_table(with_numbered(replace(WHOLE, asked=False)))
    assert "@sec-parameter-count" not in table and "@sec-random-labels" in table


@pytest.mark.parametrize(
    ("questions", "tasks"),
    [
        ([], set(BY_NAME)),
        (["1-1"], {"simulate-function", "train-on-task"}),
        (["sharpness", "gradient-norm"], {"sharpness", "gradient-norm"}),
        (["1-1", "1-2", "1-3"], set(BY_NAME)),
    ],
)
def test_questions_are_named_by_part_or_task(questions: list[str], tasks: set[str]) -> None:
    assert {task for task in BY_NAME if asked(task, questions)} == tasks
    assert faulty_questions(questions) == []


def test_questions_that_the_homework_does_not_have() -> None:
    number, task = faulty_questions(["9-4", "sharpnes"])
    assert number.startswith('questions.0: the homework has no part or task "9-4"; known: 1-1, ')
    assert task.endswith('no part or task "sharpnes"; did you mean "sharpness"?')
    assert "must be a list" in faulty_questions("1-1")[0]


def test_without_commentary_the_comment_is_missing() -> None:
    question = next(q for q in QUESTIONS if q.task == "parameter-count" and q.comment)
    assert answered(question, WHOLE) == "no"


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_that_was_not_run_answers_nothing(task) -> None:  # type: ignore[no-untyped-def]
    part = Part(task, None, None, "not run")
    assert {answered(q, part) for q in QUESTIONS if q.task == task.name} <= {"no"}


def test_the_table_says_plainly_what_is_missing() -> None:
    table = answers_table(with_numbered(WHOLE))
    rows = [line for line in table.splitlines() if line.startswith("| @sec")]
    assert len(rows) == len(QUESTIONS)
    here = [row for row in rows if "@sec-parameter-count" in row]
    assert any("@fig-parameter-count-accuracy" in row for row in here)
    assert any("**in part**, 8 of at least 10 models" in row for row in here)
    assert all("**not answered**" in row for row in rows if row not in here)


def test_a_comment_that_is_there_has_no_row() -> None:
    part = Part(WHOLE.task, WHOLE.record, WHOLE.section, "", claims=(("a claim",),))  # type: ignore[arg-type]
    assert not any("Comment" in question for _, question, _ in answers(part))
    assert any("Comment" in question for _, question, _ in answers(WHOLE))
