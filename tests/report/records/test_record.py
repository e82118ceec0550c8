"""Records as values: frozen, closed, digested."""

import math

import pytest
from pydantic import ValidationError

from report.records import Record
from report.records.record import digest
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
    made = record(metrics={"runs": [{"a": 1, "x": [1, 2]}, {"a": 2, "x": [3, 4]}], "n": 3})
    assert made.rows("runs")[1]["a"] == 2
    assert list(made.frame("runs")["a"]) == [1, 2]
    assert list(made.frame("runs", explode=("x",))["x"]) == [1, 2, 3, 4]
    for missing in ("none", "n"):
        with pytest.raises(KeyError):
            made.rows(missing)


def test_the_digest_knows_content_not_order() -> None:
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
    values = [{"a": 1}, {"a": 2}, {"a": "1"}, {"a": None}, {"b": 1}, {"a": 1, "b": 0}, [], [[]], ""]
    assert len({digest(value) for value in values}) == len(values)
    with pytest.raises(ValueError):
        digest(math.nan)
