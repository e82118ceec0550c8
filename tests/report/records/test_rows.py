"""Row types: every column is explained, every record is checked against its task's types."""

import ast
import inspect
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from report.records import BadRecordError, Record, common, read_record, write_record
from report.records.record import digest
from report.records.row import Key, Row, Seed, Table, null, row_type, troubles
from report.records.rows import metrics_type
from report.records.rows.random_labels import Fit, Metrics, Run
from report.tasks import TASKS, Task
from tests.report.records.build import filled, record

FULL = Path(__file__).resolve().parents[3] / "results" / "full"


def types(task: str) -> type[Metrics]:
    found = metrics_type(task)
    assert found is not None, f"{task}: no module of row types"
    return found


def unexplained(module: ModuleType) -> list[str]:
    """Columns without a docstring below them."""
    found = []
    for kind in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(kind, ast.ClassDef):
            for column, below in zip(kind.body, [*kind.body[1:], None], strict=True):
                said = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
                if isinstance(column, ast.AnnAssign) and not said:
                    found.append(f"{kind.name}.{ast.unparse(column.target)}")
    return found


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_every_column_is_explained_and_every_table_has_keys(task: Task) -> None:
    module = inspect.getmodule(types(task.name))
    assert module is not None
    assert not unexplained(module) and not unexplained(common)
    for name in types(task.name).columns(Table):
        row = row_type(types(task.name), name)
        assert row.__doc__ and row.table == name
        assert row.columns(Key) or row.columns(Seed), f"{row}: which columns tell rows apart?"


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_keys_and_seeds_tell_the_committed_rows_apart(task: Task) -> None:
    kept = read_record(FULL / f"{task.name}.json")  # checks their types
    for row in types(task.name).tables.values():
        named = [*row.columns(Key), *row.columns(Seed)]
        seen = [str([getattr(one, name) for name in named]) for one in kept.table(row)]
        assert len(set(seen)) == len(seen), row.table


def test_a_column_is_known_by_its_name_and_its_table() -> None:
    assert (Run.fraction, Run.fraction.table, Fit.epoch.table) == ("fraction", "runs", "fits")
    with pytest.raises(AttributeError, match="Run has no column fractions"):
        Run.column("fractions")
    with pytest.raises(AttributeError, match="no column why"):

        class Unexplained(Row):
            loss: Any = null("why")


def broken(**changed: Any) -> Record:
    """A record with one good row and two rows that have these values."""
    good = filled(Fit, {}).model_dump()
    fits = [good, good | changed, good | changed]
    return record("random-labels").model_copy(
        update={"metrics": {"chance": 0.1, "runs": [], "fits": fits}}
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"epoch": 1.5}, "fits, row 2 and 1 more, epoch: it should be a valid integer, not 1.5"),
        ({"seed": None}, "fits, row 2 and 1 more, seed: it should be a valid integer, not None"),
        ({"loss": 1.0}, "fits, row 2 and 1 more, loss: is not known here"),
        ({"epoch": None}, "fits, row 2 and 1 more: null without a reason: epoch (its reason: "),
        ({"threshold": "0.9"}, "threshold: it should be a valid number, not '0.9'"),
        ({"seed": "x", "fraction": "y"}, "fraction: it should be a valid number, not 'y'; fits, "),
    ],
)
def test_what_is_not_of_its_type_is_neither_written_nor_read(
    changed: dict[str, Any], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "random-labels.json"
    with pytest.raises(BadRecordError) as refused:
        write_record(path, broken(**changed))
    assert words in str(refused.value) and not path.exists()
    content = broken(**changed).content()
    path.write_text(json.dumps(content | {"digest": digest(content)}), encoding="utf-8")
    with pytest.raises(BadRecordError) as refused:
        read_record(path)
    assert str(refused.value).startswith(f"{path}: fits, row 2") and words in str(refused.value)
    assert str(refused.value).endswith("; run the task again")


def test_a_curve_has_a_value_at_each_position_of_its_tables() -> None:
    kind = types("interpolation")
    line = filled(kind.tables["lines"], {"train_loss": [0.5, 0.5]}).model_dump()
    content = {"alphas": [0.0, 1.0], "outward": 0.1, "solutions": [], "lines": [line, line]}
    assert not troubles(kind, content)
    assert troubles(kind, content | {"alphas": [0.0, 0.5, 1.0]}) == [
        "lines, row 1, train_loss: 2 values, but 3 alphas"
    ]


def test_a_missing_column_and_an_unknown_task_are_named(tmp_path: Path) -> None:
    metrics = {"chance": 0.1, "runs": [], "fits": [{"seed": 1}]}
    lacking = record("random-labels").model_copy(update={"metrics": metrics})
    with pytest.raises(BadRecordError, match="fits, row 1, fraction: is missing; fits, row 1, thr"):
        write_record(tmp_path / "random-labels.json", lacking)
    with pytest.raises(BadRecordError, match="no task other here"):
        write_record(tmp_path / "other.json", lacking.model_copy(update={"task": "other"}))
    failed = lacking.model_copy(update={"status": "failed", "metrics": {}, "reason": "x"})
    write_record(tmp_path / "random-labels.json", failed)
