"""Records made for tests."""

from typing import Any

from report.records import Dataset, Model, Provenance, Record

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
    """A record with metrics, settings, models and whatever else `fields` gives."""
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
        "metrics": {"runs": [{"seed": 0, "loss": 0.5}], "missing": None},
    }
    return Record(**{**content, **fields})


def even(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with equal keys, as records have them: null where a row lacks one."""
    keys = dict.fromkeys(key for row in rows for key in row)
    return [{key: row.get(key) for key in keys} for row in rows]
