"""Compare two results task by task."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from report.book.stored import as_kept, claims_of, read_claims
from report.diff.numbers import NOTHING, Numbers, compare_numbers
from report.diff.sides import Side, pairs
from report.records import BadRecordError, Record, Results, read_record
from report.records.record import changed_sources
from report.tasks import BY_NAME

State = Literal["added", "removed", "changed", "stale", "same"]


@dataclass(frozen=True)
class Edit:
    """A setting, or any other single value, before and after."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Sentence:
    """A sentence that changed; None on a side that does not say it.

    `kind` is `verdict` (another statement), `numbers`, `wording`, `added` or `removed`.
    """

    name: str
    kind: Literal["verdict", "numbers", "wording", "added", "removed"]
    before: str | None
    after: str | None


@dataclass(frozen=True)
class TaskDifference:
    """What changed in one task; `stale` gives the reasons why its new record is stale."""

    task: str
    state: State
    stale: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    settings: tuple[Edit, ...] = ()
    sources: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    parameters: tuple[Edit, ...] = ()
    numbers: Numbers = NOTHING
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class SuiteDifference:
    """The tasks of one suite, in the order of the report."""

    suite: str
    tasks: tuple[TaskDifference, ...]


@dataclass(frozen=True)
class Difference:
    """Everything that changed from `before` to `after`."""

    before: str
    after: str
    suites: tuple[SuiteDifference, ...]


def compare(
    before: Side, after: Side, stale: Mapping[tuple[str, str], Sequence[str]] | None = None
) -> Difference:
    """Compare all suites of both sides.

    Args:
        before: the old results.
        after: the new ones.
        stale: why records of `after` are stale, by suite and task.
    """
    return Difference(
        before.label,
        after.label,
        tuple(
            SuiteDifference(name, tuple(_tasks(old, new, stale or {})))
            for name, old, new in pairs(before, after)
        ),
    )


def _tasks(
    old: Results | None, new: Results | None, stale: Mapping[tuple[str, str], Sequence[str]]
) -> Iterator[TaskDifference]:
    names = [path.stem for side in (old, new) if side for path in side.folder.glob("*.json")]
    order = list(BY_NAME)
    said, earlier = _sentences(old) if old else ({}, {})
    says, faults = _sentences(new) if new else ({}, {})
    faults = earlier | faults
    for task in sorted(set(names), key=lambda t: (order.index(t) if t in BY_NAME else 99, t)):
        yield _task(
            task,
            _read(old, task),
            _read(new, task),
            tuple(stale.get((new.name, task), ())) if new else (),
            faults.get(task, ()),
            () if task in faults else tuple(_changed(said.get(task, {}), says.get(task, {}))),
        )


def _read(results: Results | None, task: str) -> Record | BadRecordError | None:
    try:
        return read_record(results.record(task)) if results else None
    except FileNotFoundError:
        return None
    except BadRecordError as error:
        return error


def _task(
    task: str,
    old: Record | BadRecordError | None,
    new: Record | BadRecordError | None,
    stale: tuple[str, ...],
    faults: tuple[str, ...],
    sentences: tuple[Sentence, ...],
) -> TaskDifference:
    if old is None or new is None:
        return TaskDifference(
            task,
            "removed" if new is None else "added",
            stale,
            faults,
            parameters=tuple(_edits(_sizes(old), _sizes(new))),
            sentences=sentences,
        )
    if isinstance(old, BadRecordError) or isinstance(new, BadRecordError):
        notes = tuple(str(side) for side in (old, new) if isinstance(side, BadRecordError))
        return TaskDifference(task, "changed", stale, (*notes, *faults), sentences=sentences)
    first, second = old.provenance, new.provenance
    numbers = NOTHING if old.metrics == new.metrics else compare_numbers(old, new)
    facts: dict[str, Any] = {
        "notes": tuple(_notes(old, new)),
        "settings": tuple(_edits(dict(_leaves(old.settings)), dict(_leaves(new.settings)))),
        "sources": tuple(changed_sources(first.sources, second.sources)),
        "data": tuple(edit.name for edit in _edits(first.data, second.data)),
        "parameters": tuple(_edits(_sizes(old), _sizes(new))),
        "sentences": sentences,
    }
    changed = any(facts.values()) or any((numbers.changes, numbers.removed, numbers.added))
    state: State = "changed" if changed else "stale" if stale else "same"
    facts["notes"] += faults
    return TaskDifference(task, state, stale, numbers=numbers, **facts)


def _sizes(record: Record | BadRecordError | None) -> dict[str, int]:
    """Parameters of every network by name, with its structure where a name stands twice."""
    if not isinstance(record, Record):
        return {}
    names = [model.name for model in record.models]
    return {
        m.name if names.count(m.name) == 1 else f"{m.name} ({m.architecture})": m.parameters
        for m in record.models
    }


def _notes(old: Record, new: Record) -> Iterator[str]:
    if old.status != new.status:
        why = f": {new.reason}" if new.reason else ""
        yield f"was {old.status}, is {new.status}{why}"
    if old.smoke != new.smoke:
        kinds = ("full-size", "smoke")
        yield f"was a {kinds[old.smoke]} record, is a {kinds[new.smoke]} record"
    if old.provenance.seeds != new.provenance.seeds:
        yield "the seeds are others"


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Nested settings as paths and values."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{index}]")
    else:
        yield path, value


def _edits(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Edit]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield Edit(name, old.get(name), new.get(name))


def _sentences(results: Results) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    """What is said about each task, and the faults of the program that prevented it.

    The sentences are those stored with the records, or else those the program makes now.
    """
    kept = read_claims(results)
    if all(path.stem in kept for path in results.folder.glob("*.json")):
        return kept, {}
    from report.book.gather import read_parts

    parts = read_parts(results)
    made = {
        part.task.name: {name: as_kept(claim) for name, claim in claims_of(part).items()}
        for part in parts
        if not part.faulty
    }
    return {**made, **kept}, {part.task.name: (part.trouble,) for part in parts if part.faulty}


def _changed(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> Iterator[Sentence]:
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            text = (before or after or {})["text"]
            if before is None:
                yield Sentence(name, "added", None, text)
            else:
                yield Sentence(name, "removed", text, None)
        elif before["text"] != after["text"]:
            kind: Literal["verdict", "numbers", "wording"] = "wording"
            if before["verdict"] != after["verdict"]:
                kind = "verdict"
            elif before["values"] != after["values"]:
                kind = "numbers"
            yield Sentence(name, kind, before["text"], after["text"])
