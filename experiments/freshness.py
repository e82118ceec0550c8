"""Whether a task's record is what its settings, source and data would give now."""

from dataclasses import dataclass
from typing import Any, Literal

from experiments.fingerprint.task import task_code, task_sources
from experiments.suite import Suite
from experiments.tasks.task import dataset_facts
from report.records import BadRecordError, Record, Results, read_record
from report.records.record import changed_sources, record_key

NAMED = 3
"""Changed definitions that are named; the number of the others is told."""

State = Literal["done", "stale", "interrupted", "diverged", "failed", "missing"]


@dataclass(frozen=True)
class Basis:
    """What a record's key is made of.

    `code` is the digest of what the task's code does, `sources` names the definitions in it, each
    with the digest of its own text: they say what changed, and do not enter the key.
    """

    settings: dict[str, Any]
    code: str
    sources: dict[str, str]
    data: dict[str, str]

    @property
    def key(self) -> str:
        """Digest of settings, code and data."""
        return record_key(self.settings, self.code, self.data)


@dataclass(frozen=True)
class Freshness:
    """State of one task and why it is not done; `damaged`: the record is truncated or edited."""

    task: str
    state: State
    reasons: tuple[str, ...] = ()
    record: Record | None = None

    damaged: bool = False

    @property
    def fresh(self) -> bool:
        """Whether the record may be used as it is."""
        return self.state in ("done", "diverged")


def basis(suite: Suite, task: str) -> Basis:
    """What the record of `task` is to be made of."""
    settings = suite.tasks[task]
    return Basis(
        settings=settings.model_dump(mode="json"),
        code=task_code(task),
        sources=task_sources(task),
        data={data.name: dataset_facts(data).sha256 for data in settings.image_data()},
    )


def freshness(suite: Suite, task: str, results: Results) -> Freshness:
    """Compare the record on disk with what would be made now."""
    begun = results.marker(task).exists()
    try:
        record = read_record(results.record(task))
    except FileNotFoundError:
        return Freshness(task, "interrupted" if begun else "missing")
    except BadRecordError as error:
        state: State = "interrupted" if begun else "stale"
        return Freshness(task, state, (str(error),), damaged=True)
    wanted = basis(suite, task)
    reasons = []
    if record.suite != suite.name:
        reasons.append(f'made by suite "{record.suite}"')
    if record.smoke != suite.smoke:
        reasons.append("a smoke record" if record.smoke else "a full-size record")
    if record.key != wanted.key:
        reasons += differences(record, wanted)
    if reasons:
        return Freshness(task, "interrupted" if begun else "stale", tuple(reasons), record)
    states: dict[str, State] = {"ok": "done", "diverged": "diverged", "failed": "failed"}
    why = (record.reason,) if record.reason else ()
    return Freshness(task, states[record.status], why, record)


def differences(record: Record, wanted: Basis) -> list[str]:
    """Which settings, sources or data changed since the record was made."""
    made = record.provenance
    if record.key == record_key(record.settings, made.sources, made.data):
        return ['its key is of the version before; "homework reseal" renews it']
    found = [f"setting {place}" for place in _changed(record.settings, wanted.settings)]
    found += _told(changed_sources(made.sources, wanted.sources))
    found += [f"data {name}" for name in _changed(made.data, wanted.data)]
    return found or ["its key does not match its content, or which definitions its code uses"]


def _told(changed: list[str]) -> list[str]:
    """Definitions that changed, the first few by name."""
    if len(changed) <= NAMED:
        return [f"source {name}" for name in changed]
    return [*(f"source {name}" for name in changed[:NAMED]), f"{len(changed) - NAMED} more sources"]


def _changed(old: Any, new: Any, place: str = "") -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted(set(old) | set(new))
        join = f"{place}." if place else ""
        missing = object()
        return [
            part
            for key in keys
            for part in _changed(old.get(key, missing), new.get(key, missing), f"{join}{key}")
        ]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            part
            for index, (a, b) in enumerate(zip(old, new, strict=True))
            for part in _changed(a, b, f"{place}[{index}]")
        ]
    return [] if old == new else [place]
