"""Records made for tests."""

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from report.records import Dataset, Model, Provenance, Record
from report.records.row import Metrics, Row
from report.records.rows import metrics_type

PROVENANCE: dict[str, Any] = {
    "commit": "0" * 40,
    "dirty": False,
    "created": "2026-11-21T12:00:00+00:00",
    "wall_seconds": 1.5,
    "device": "CPU, test",
    "threads": 1,
    "versions": {"python": "3.11.0"},
    "command": "homework run",
    "seeds": (0, 1, 2),
    "sources": {"experiments.x": "ab"},
    "data": {"digits": "cd"},
}

DIGITS = Dataset(name="digits", train_size=1437, test_size=360, sha256="cd", synthetic=False)


def model(name: str, depth: int = 1, parameters: int = 100) -> Model:
    """A model of the record."""
    return Model(
        name=name, architecture=f"{depth} layers, ReLU", depth=depth, parameters=parameters
    )


def record(task: str = "simulate-function", **fields: Any) -> Record:
    """A record with metrics, settings, models and whatever else `fields` gives.

    Of the metrics, what a test is about is enough: the rest is filled in (`metrics_of`).
    """
    content: dict[str, Any] = {
        "task": task,
        "suite": "quick",
        "smoke": False,
        "status": "ok",
        "settings": {"training": {"epochs": 10, "learning_rate": 0.001}, "seeds": [0, 1, 2]},
        "key": "k",
        "provenance": Provenance(**PROVENANCE),
        "dataset": None,
        "models": (model("deep", 7, 571), model("shallow", 1, 571)),
        **fields,
    }
    failed = content["status"] == "failed"
    given = content.get("metrics", {"runs": [{}]} if task == "simulate-function" else {})
    return Record(**content | {"metrics": {} if failed else metrics_of(task, given).content()})


def metrics_of(task: str, given: Mapping[str, Any]) -> Metrics:
    """What a task measured: the given rows filled in, no rows in tables that are not given."""
    kind = metrics_type(task)
    assert kind is not None, task
    made: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        if name in kind.tables:
            made[name] = [filled(kind.tables[name], row) for row in given.get(name, ())]
        elif name not in given:
            made[name] = _example(field.annotation, 3)
    return kind(**{**given, **made})


def filled(kind: type[Row], given: Mapping[str, Any]) -> Row:
    """A row of what is given: other columns have an example of their type.

    A final value is the last one of its curve. A run that diverged has nothing but its curves, and
    what is null has a reason.
    """
    row = dict(given)
    lost = row.get("diverged_at") is not None
    length = max((len(v) for v in row.values() if isinstance(v, list | tuple)), default=3)
    for name, field in kind.model_fields.items():
        curve = row.get(name.removeprefix("final_"))
        if name in kind.reasons and lost:
            row[name] = None
        elif name in row:
            continue
        elif name.startswith("final_") and isinstance(curve, list | tuple):
            row[name] = curve[-1]
        elif name in kind.reasons or not _nullable(field.annotation):
            row[name] = _example(field.annotation, length)
        else:
            row[name] = None
    for name, reason in kind.reasons.items():
        if row[name] is None and row[reason] is None:
            row[reason] = f"diverged at epoch {row['diverged_at']}" if lost else "not measured"
    return kind(**row)


def _nullable(annotation: Any) -> bool:
    return type(None) in get_args(annotation)


def _example(annotation: Any, length: int) -> Any:
    """A value of a type: 1, a word, a curve of this length."""
    if _nullable(annotation):
        annotation = next(kind for kind in get_args(annotation) if kind is not type(None))
    kind, inner = get_origin(annotation), get_args(annotation)
    if kind is Literal:
        return inner[0]
    if kind is not None:
        return [_example(inner[0], length)] * length
    return {int: 1, float: 1.0, bool: True, str: "x"}[annotation]
