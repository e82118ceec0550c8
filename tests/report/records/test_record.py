"""Records as values: frozen, closed, digested."""

import math

import pytest
from pydantic import ValidationError

from report.records import Record
from report.records.record import digest
from report.records.rows.random_labels import Fit, Run
from tests.report.records.build import DIGITS, record


def test_frozen_and_closed() -> None:
    made = record()
    with pytest.raises(ValidationError):
        made.key = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Record.from_content(made.content() | {"extra": 1})
    assert Record.from_content(made.content()) == made


def test_datasets() -> None:
    assert record().datasets == ()
    assert record(dataset=DIGITS).datasets == (DIGITS,)
    assert record(dataset=(DIGITS, DIGITS)).datasets == (DIGITS, DIGITS)


def test_rows_and_frames() -> None:
    runs = [{"seed": 1, "epoch": [1, 2]}, {"seed": 2, "epoch": [3, 4]}]
    made = record("random-labels", metrics={"runs": runs, "chance": 0.1})
    assert made.rows("runs")[1]["seed"] == 2
    assert [run.seed for run in made.table(Run)] == [1, 2]
    for table in (Run, "runs"):
        assert list(made.frame(table)["seed"]) == [1, 2]
        assert list(made.frame(table, explode=(Run.epoch,))["epoch"]) == [1, 2, 3, 4]
    for missing in ("none", "chance"):
        with pytest.raises(KeyError):
            made.rows(missing)


def test_a_record_without_a_table_or_a_column_is_read_as_one_with_no_values() -> None:
    """Older records lack what was added later."""
    run = record("random-labels", metrics={"runs": [{}]}).rows("runs")[0]
    del run["changed_fitted"]
    older = record("random-labels").model_copy(update={"metrics": {"runs": [run]}})
    assert older.frame(Run)[Run.changed_fitted].isna().all()
    assert older.table(Fit) == () and older.frame(Fit).empty
    assert list(older.frame(Fit)[Fit.epoch]) == []


def test_the_digest_knows_content_not_order() -> None:
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
    values = [{"a": 1}, {"a": 2}, {"a": "1"}, {"a": None}, {"b": 1}, {"a": 1, "b": 0}, [], [[]], ""]
    assert len({digest(value) for value in values}) == len(values)
    with pytest.raises(ValueError):
        digest(math.nan)
