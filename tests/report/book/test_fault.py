"""An exception in one section costs that section only, and is called a fault of the program."""

from pathlib import Path
from types import SimpleNamespace

import pytest

import report.book.drawing
import report.check
from report import commands
from report.book.chapters import chapters
from report.book.gather import read_parts
from report.book.generate import generate
from report.book.sources import Sources
from report.check import Outcome, check
from report.diff import compare, open_side
from report.diff.shown import as_text
from report.interruption import InterruptedBySignal
from report.records import Record, Results, write_record
from report.records.options import Options
from report.sections import registry
from report.sections.section import Figure, Section
from report.tasks import BY_NAME, TASKS, Task
from report.words.markdown import Markdown
from report.words.tables import Table
from tests.report.sections.test_every_section import records

ERRORS = (
    KeyError("rises"),
    IndexError("list index out of range"),
    OverflowError("math range error"),
    ZeroDivisionError("division by zero"),
    AssertionError(),
    SyntaxError("invalid syntax"),
)
PAIRS = [(task, ERRORS[index % len(ERRORS)]) for index, task in enumerate(TASKS)]
each_task = pytest.mark.parametrize(
    ("task", "error"), PAIRS, ids=[f"{task.name}-{type(error).__name__}" for task, error in PAIRS]
)


@pytest.fixture(autouse=True)
def _sketches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes most of the time, and is tested for every section elsewhere."""
    for module in (report.book.drawing, report.check):
        monkeypatch.setattr(module, "svg", lambda _: b"<svg/>")


def neighbor(task: Task) -> str:
    return "parameter-count" if task.name != "parameter-count" else "random-labels"


def project(folder: Path, task: Task) -> Sources:
    """A project with the records of the task and of one other."""
    results = Results(folder / "results", "quick")
    for name in (task.name, neighbor(task)):
        write_record(results.record(name), records(BY_NAME[name])[0])
    return Sources(folder, results)


def failing(monkeypatch: pytest.MonkeyPatch, task: Task, error: BaseException) -> None:
    """From now on, the section of the task raises `error`."""
    make = registry.import_module

    def module(name: str) -> object:
        if name != f"report.sections.{task.module}.figures":
            return make(name)

        def section(_: Record) -> Section:
            raise error

        return SimpleNamespace(section=section)

    monkeypatch.setattr(registry, "import_module", module)


def told(task: Task, error: Exception, text: str) -> bool:
    """Whether a text names the section, the exception and its message, and the program as cause."""
    message = str(error) or "without a message"
    parts = (task.title, "a fault of the program", f"{type(error).__name__}: {message}")
    return all(part in text.replace("\\", "") for part in parts)


def of_program(outcome: Outcome) -> list[tuple[str, str]]:
    return [(p.where, p.what) for p in outcome.problems if p.topic == "program"]


@pytest.mark.sweep
@each_task
def test_a_section_that_fails_is_named_and_the_others_are_there(
    task: Task, error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = project(tmp_path, task)
    failing(monkeypatch, task, error)
    texts = chapters(chosen, read_parts(chosen.results))
    assert told(task, error, texts[f"{task.chapter}.qmd"])
    other = BY_NAME[neighbor(task)]
    assert f"#fig-{other.name}-" in texts[f"{other.chapter}.qmd"]
    assert f"@fig-{task.name}-" not in texts["answers.qmd"]
    ((place, what),) = of_program(check(chosen, []))
    assert place == task.name and told(task, error, what) and "report/sections/" in what


@pytest.mark.sweep
@each_task
def test_names_and_differences_tell_of_a_section_that_fails(
    task: Task,
    error: Exception,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = project(tmp_path, task)
    failing(monkeypatch, task, error)
    monkeypatch.chdir(tmp_path)
    found, faults = commands.names(Options(suite="quick"))
    assert {name.partition(".")[0] for name in found} == {neighbor(task)}
    assert told(task, error, *faults)
    folder = str(chosen.results.folder)
    with open_side(folder) as old, open_side(folder) as new:
        (suite,) = compare(old, new).suites
    notes = {one.task: one.notes for one in suite.tasks}
    assert told(task, error, *notes[task.name]) and not notes[neighbor(task)]
    assert {one.state for one in suite.tasks} == {"same"}
    assert told(task, error, as_text(compare(old, new)))


@pytest.mark.sweep
@each_task
def test_a_figure_that_cannot_be_drawn_costs_its_section(
    task: Task, error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = project(tmp_path, task)
    (part,) = [p for p in read_parts(chosen.results) if p.task == task]
    assert part.section is not None
    broken = part.section.figures[-1].caption

    def svg(figure: Figure) -> bytes:
        if figure.caption == broken:
            raise error
        return b"<svg/>"

    monkeypatch.setattr(report.book.drawing, "svg", svg)
    monkeypatch.setattr(report.check, "svg", svg)
    written = {path.name: path.read_text(encoding="utf-8") for path in generate(chosen)}
    assert told(task, error, written[f"{task.chapter}.qmd"])
    other = BY_NAME[neighbor(task)]
    assert f"#fig-{other.name}-" in written[f"{other.chapter}.qmd"]
    ((place, what),) = of_program(check(chosen, []))
    assert place == chosen.results.figure(task.name, part.section.figures[-1].name).name
    assert told(task, error, what)


@pytest.mark.parametrize("what", ["table", "template", "evidence", "answer"])
def test_a_fault_found_late_costs_the_section_too(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = BY_NAME["sensitivity"]
    chosen = project(tmp_path, task)
    parts = read_parts(chosen.results)

    def fail(*_: object, **__: object) -> None:
        raise OverflowError("math range error")

    def ours(function, of):  # type: ignore[no-untyped-def]
        return lambda *given: (fail if of(given) else function)(*given)

    if what == "table":
        monkeypatch.setattr(
            Table, "markdown", ours(Table.markdown, lambda given: given[1] == task.name)
        )
    else:
        module = report.book.section_text
        name = {"template": "render", "evidence": "entry", "answer": "answers"}[what]
        of = {
            "template": lambda given: task.name in given[1],
            "evidence": lambda given: given[0].claim.id.startswith(task.name),
            "answer": lambda given: given[0].task == task,
        }[what]
        monkeypatch.setattr(module, name, ours(getattr(module, name), of))
    texts = chapters(chosen, parts)
    assert told(task, OverflowError("math range error"), texts[f"{task.chapter}.qmd"])
    assert "#fig-parameter-count-" in texts["generalization.qmd"]
    assert [place for place, _ in of_program(check(chosen, []))] == [task.name]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(), InterruptedBySignal(2)])
def test_who_wants_to_stop_is_not_held(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = BY_NAME["sensitivity"]
    chosen = project(tmp_path, task)
    failing(monkeypatch, task, error)
    with pytest.raises(type(error)):
        read_parts(chosen.results)


def test_a_message_over_several_lines_is_told_on_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = BY_NAME["sharpness"]
    chosen = project(tmp_path, task)
    failing(monkeypatch, task, ValueError("one\n::: two <b>"))
    text = chapters(chosen, read_parts(chosen.results))["generalization.qmd"]
    assert Markdown("one \\:\\:\\: two \\<b\\>") in text
