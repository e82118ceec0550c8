"""`homework check`: each fault is found, and a report without faults passes."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import report.book.chapters
import report.check
from report.book.drawing import ensure_drawn
from report.book.gather import read_parts
from report.book.questions import QUESTIONS
from report.book.sources import Sources
from report.book.stored import store_claims
from report.check import Outcome, State, check
from report.claims.claim import Claim, Evidence, used
from report.numbers.comparison import Comparison
from report.records import Results, write_record
from report.records.owner import keep_questions
from report.shipped import shared
from tests.report.sections.parameter_count import test_claims as test_parameter_count
from tests.report.sections.random_labels import test_claims as test_random_labels

TASKS = ("random-labels", "parameter-count")
MADE = {
    "random-labels": test_random_labels.made,
    "parameter-count": lambda: test_parameter_count.made(
        sizes={f"m{n}": 100 * 2**n for n in range(10)}
    ),
}


GENERAL = ("interpolation", "sensitivity", "sharpness")


def draw(results: Results) -> None:
    found = read_parts(results)
    for part in found:
        if part.record is not None and part.section is not None:
            ensure_drawn(part.record, part.section.figures, results)
    store_claims(results, found)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    results = Results(folder / "results", "quick")
    for task in TASKS:
        write_record(results.record(task), MADE[task]())
    draw(results)
    return folder


@pytest.fixture
def project(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose homework has two tasks, both done."""
    shutil.copytree(drawn, tmp_path, dirs_exist_ok=True)
    tasks = tuple(task for task in report.book.gather.TASKS if task.name in TASKS)
    for module in (report.book.gather, report.book.chapters):
        monkeypatch.setattr(module, "TASKS", tasks)
    asked = tuple(question for question in QUESTIONS if question.task in TASKS)
    monkeypatch.setattr(report.check, "QUESTIONS", asked)
    monkeypatch.setattr(report.book.questions, "QUESTIONS", asked)
    return tmp_path


def results_of(project: Path) -> Results:
    return Results(project / "results", "quick")


def checked(project: Path, states: list[State] | None = None) -> Outcome:
    fresh = [State(task, "done") for task in TASKS]
    return check(Sources(project, results_of(project)), fresh if states is None else states)


def said(outcome: Outcome) -> str:
    return "\n".join(f"{p.topic} {p.where}: {p.what}" for p in outcome.problems)


def rewrite(project: Path, task: str, **changed: object) -> None:
    results = results_of(project)
    record = MADE[task]()
    write_record(results.record(task), record.model_copy(update=changed))


def test_a_report_without_faults_passes(project: Path) -> None:
    outcome = checked(project)
    assert outcome.passed, said(outcome)
    assert (outcome.notes, outcome.figures) == ((), 6)
    assert outcome.claims >= 10


def test_checking_writes_nothing(project: Path) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    checked(project)
    assert before == {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}


@pytest.mark.parametrize("state", ["stale", "interrupted", "failed", "missing"])
def test_a_record_that_is_not_fresh_is_found(project: Path, state: str) -> None:
    states = [State("random-labels", state, ("setting x",)), State("parameter-count", "done")]
    assert f"records random-labels: {state} (setting x); run the suite again" in said(
        checked(project, states)
    )


def test_where_stale_records_are_allowed_they_are_notes_and_no_other_state_is(
    project: Path,
) -> None:
    sources = Sources(project, results_of(project))
    stale = State("random-labels", "stale", ("source x",))
    outcome = check(sources, [stale, State("parameter-count", "done")], allow_stale=True)
    assert outcome.passed, said(outcome)
    assert [note.what for note in outcome.notes] == ["stale (source x); run the suite again"]
    outcome = check(sources, [stale, State("parameter-count", "failed")], allow_stale=True)
    assert said(outcome) == "records parameter-count: failed; run the suite again"
    results_of(project).record("random-labels").write_text("{}")
    damaged = said(check(sources, [stale], allow_stale=True))
    assert "records random-labels: The record cannot be shown" in damaged


def test_a_diverged_record_is_a_note(project: Path) -> None:
    rewrite(project, "random-labels", status="diverged", reason="seed 3")
    draw(results_of(project))
    outcome = checked(project)
    assert outcome.passed, said(outcome)
    assert [(n.topic, n.what) for n in outcome.notes] == [("diverged", "seed 3")]


def test_a_missing_record_leaves_its_questions_unanswered(project: Path) -> None:
    results_of(project).record("parameter-count").unlink()
    text = said(checked(project))
    assert "records parameter-count: This task has not been run" in text
    assert "questions parameter-count: not answered: At least ten structures" in text


def test_a_question_that_is_not_asked_needs_no_answer(project: Path) -> None:
    results = results_of(project)
    keep_questions(results, ["1-1", "1-2", "random-labels", *GENERAL])
    results.record("parameter-count").unlink()
    outcome = checked(project)
    assert "parameter-count" not in said(outcome)
    results.record("random-labels").unlink()
    assert "questions random-labels: not answered" in said(checked(project))
    keep_questions(results, [])
    assert "questions parameter-count: not answered" in said(checked(project))


def test_no_record_at_all_is_a_list_too(project: Path) -> None:
    shutil.rmtree(results_of(project).folder)
    assert not checked(project).passed


def test_a_hand_edited_record_is_found(project: Path) -> None:
    path = results_of(project).record("random-labels")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"chance": 0.1', '"chance": 0.2'), encoding="utf-8")
    assert "digest does not match" in said(checked(project))


def test_smoke_among_full_size_is_found(project: Path) -> None:
    rewrite(project, "random-labels", smoke=True)
    assert "records random-labels: smoke records among full-size ones" in said(checked(project))


def test_a_claim_that_no_longer_holds_is_found(project: Path) -> None:
    record = test_random_labels.made(seeds=1)
    write_record(results_of(project).record("random-labels"), record)
    text = said(checked(project))
    assert "claims random-labels.speed: no longer holds. It said: Noise is learned more" in text
    assert "The records say: A training accuracy of" in text
    assert "figures random-labels-loss.svg: drawn from another record" in text


def test_claims_that_were_not_kept_are_found(project: Path) -> None:
    results_of(project).claims.unlink()
    assert "claims random-labels: not kept since the last run" in said(checked(project))


def test_a_claim_against_its_numbers_is_found(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speed = report.sections.random_labels.claims.SPEED

    def turned(found: Comparison, *given: Any, **labels: Any) -> Claim:
        return replace(speed(found, *given, **labels), verdict="less")

    monkeypatch.setattr(report.sections.random_labels.claims, "SPEED", turned)
    text = said(checked(project))
    assert 'claims random-labels.speed: contradicts its numbers: says "less" of what is' in text


@pytest.mark.parametrize(
    ("rule", "found", "fault"),
    [
        ("pooled", lambda *_: "pools 2 values", "pools 2 values"),
        ("opposed", lambda claims: [(claims[0], "says the opposite")], "says the opposite"),
        ("contradiction", lambda _: "a bound", "contradicts its numbers: a bound"),
    ],
)
def test_what_the_claims_rules_find_is_a_problem(
    project: Path, monkeypatch: pytest.MonkeyPatch, rule: str, found: Any, fault: str
) -> None:
    monkeypatch.setattr(report.check, rule, found)
    assert f"claims random-labels.fit: {fault}" in said(checked(project))


def test_evidence_that_is_not_in_the_record_is_found(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(*given: Any, **named: Any) -> list[Evidence]:
        return [replace(one, values=(1.0,)) for one in used(*given, **named)]

    monkeypatch.setattr(report.sections.random_labels.claims, "used", other)
    assert "holds other numbers" in said(checked(project))


def test_an_edited_or_missing_figure_is_found(project: Path) -> None:
    results = results_of(project)
    results.figure("random-labels", "loss").write_text("<svg/>", encoding="utf-8")
    results.figure("random-labels", "accuracy").unlink()
    text = said(checked(project))
    assert "figures random-labels-loss.svg: edited since it was drawn" in text
    assert "figures random-labels-accuracy.svg: missing" in text


@pytest.mark.parametrize(
    ("alt", "shapes", "fault"),
    [
        (" ", {}, "lacks alternative text"),
        ("Two lines, both falling.", {}, 'says "falling", which rests on no data'),
        ("The loss falls along every path.", {}, 'says "falling", which rests on no data'),
        ("Two lines, both falling.", {"falling": [2, 1, 3]}, 'says "falling" of what is mixed'),
        ("Two lines, both falling.", {"falling": [2, 1, 0]}, ""),
        ("Two runs, one still falling.", {}, ""),
    ],
)
def test_an_alternative_text_that_says_nothing_or_a_shape_that_is_none_is_found(
    project: Path, monkeypatch: pytest.MonkeyPatch, alt: str, shapes: Any, fault: str
) -> None:
    make = report.book.gather.section_of

    def other(record: object) -> object:
        section = make(record)  # type: ignore[arg-type]
        figures = tuple(replace(figure, alt=alt, shapes=shapes) for figure in section.figures)
        return replace(section, figures=figures)

    monkeypatch.setattr(report.book.gather, "section_of", other)
    text = said(checked(project))
    assert fault in text and ("parameter-count-gap.svg" in text) == bool(fault)


def templates(project: Path, monkeypatch: pytest.MonkeyPatch, name: str, added: str) -> None:
    """The project's own templates, with something added to one of them."""
    shutil.copytree(shared("templates"), project / "templates")
    path = project / "templates" / name
    path.write_text(path.read_text(encoding="utf-8") + added, encoding="utf-8")
    for module in (report.book.chapters, report.book.section_text):
        monkeypatch.setattr(module, "shared", lambda part: project / part)


@pytest.mark.parametrize(
    ("name", "added", "place"),
    [
        ("tasks/random-labels.qmd", "\nIt reaches 97.3 %.\n", "generalization.qmd"),
        ("chapters/definitions.qmd", "\nOver five seeds.\n", "definitions.qmd"),
        ("chapters/index.qmd", "\n$\\tau = 10^{-8}$\n", "index.qmd"),
    ],
)
def test_a_number_typed_in_a_template_is_found(
    project: Path, monkeypatch: pytest.MonkeyPatch, name: str, added: str, place: str
) -> None:
    templates(project, monkeypatch, name, added)
    found = [p for p in checked(project).problems if p.topic == "numbers"]
    assert found and all(p.where.startswith(place) for p in found)
    assert "came through no formatter" in found[0].what


def test_a_number_that_a_template_formats_is_no_fault(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates(project, monkeypatch, "tasks/random-labels.qmd", "\n<<metrics.chance | percent>>\n")
    assert checked(project).passed


def test_a_template_with_a_bare_number_is_found(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates(project, monkeypatch, "tasks/random-labels.qmd", "\n<<metrics.chance>>\n")
    assert "must pass through a formatter" in said(checked(project))


def comment(project: Path, text: str, name: str = "random-labels") -> None:
    (project / "comments").mkdir(exist_ok=True)
    (project / "comments" / f"{name}.md").write_text(text, encoding="utf-8")


def test_comments_are_checked(project: Path) -> None:
    comment(project, "In 3 words: {random-labels.fit.number}.")
    assert checked(project).passed
    comment(project, "{random-labels.fit.numbers}")
    assert 'did you mean "random-labels.fit.number"?' in said(checked(project))
    comment(project, "Mine.")
    comment(project, "Lost.", name="random-label")
    assert "there is no task of this name" in said(checked(project))


def test_an_anonymous_report_names_nobody_in_its_comments(project: Path) -> None:
    cover = '[author]\nname = "Ada Example"\n[report]\nanonymous = true\n'
    (project / "homework.toml").write_text(cover, encoding="utf-8")
    comment(project, "Measured by Ada Example.")
    assert "comments random-labels.md: tells who wrote it" in said(checked(project))
    comment(project, "Measured by me.")
    assert checked(project).passed


def test_a_question_without_answer_is_found(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = replace(report.check.QUESTIONS[0], answers=("fig-never",))
    monkeypatch.setattr(report.check, "QUESTIONS", (lost,))
    assert f"questions {lost.task}: not answered: {lost.text}" in said(checked(project))


def test_fewer_than_asked_for_is_a_note(project: Path) -> None:
    write_record(results_of(project).record("parameter-count"), test_parameter_count.made())
    draw(results_of(project))
    outcome = checked(project)
    assert outcome.passed, said(outcome)
    assert "8 of at least 10 models" in outcome.notes[0].what


def test_damaged_claims_are_a_problem_not_a_crash(project: Path) -> None:
    results_of(project).claims.write_text(json.dumps({"schema": 0}), encoding="utf-8")
    assert "not a list of claims" in said(checked(project))
