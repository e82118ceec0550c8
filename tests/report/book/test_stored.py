"""Claims kept since the last run, and what has changed since."""

from pathlib import Path

import pytest

from report.book.gather import Part, read_parts
from report.book.stored import changes, claims_of, read_claims, store_claims
from report.errors import UserError
from report.records import Results, write_record
from tests.report.sections.random_labels.test_claims import made

TASK = "random-labels"


def parts(results: Results, **truth: object) -> tuple[Part, ...]:
    write_record(results.record(TASK), made(**truth))  # type: ignore[arg-type]
    return read_parts(results)


def part_of(found: tuple[Part, ...]) -> Part:
    return next(part for part in found if part.task.name == TASK)


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(tmp_path, "quick")


def test_what_is_kept_holds_as_long_as_the_record_stays(results: Results) -> None:
    found = parts(results)
    store_claims(results, found)
    kept = read_claims(results)
    assert set(kept) == {TASK}
    assert set(kept[TASK]) == set(claims_of(part_of(found)))
    assert list(changes(kept[TASK], part_of(found))) == []


def test_keeping_the_same_touches_nothing(results: Results) -> None:
    found = parts(results)
    store_claims(results, found)
    before = results.claims.stat().st_mtime_ns
    store_claims(results, found)
    assert results.claims.stat().st_mtime_ns == before


def test_another_verdict_is_a_change(results: Results) -> None:
    store_claims(results, parts(results))
    found = list(changes(read_claims(results)[TASK], part_of(parts(results, seeds=1))))
    change = next(c for c in found if c.name == "random-labels.speed")
    assert "more slowly than the task" in change.before
    assert "(one seed)" in change.now


def test_another_number_is_a_change(results: Results) -> None:
    store_claims(results, parts(results))
    later = parts(results, test=lambda f, e: 0.91 - 0.8 * f if e else 0.1)
    names = {change.name for change in changes(read_claims(results)[TASK], part_of(later))}
    assert "random-labels.price" in names
    assert "random-labels.speed" not in names


def test_a_claim_that_comes_or_goes_is_a_change(results: Results) -> None:
    found = part_of(parts(results))
    store_claims(results, read_parts(results))
    kept = read_claims(results)[TASK]
    fit = kept.pop("random-labels.fit")
    (change,) = changes(kept, found)
    assert (change.name, change.before) == ("random-labels.fit", "nothing")
    (change,) = changes({**kept, "random-labels.fit": fit, "random-labels.old": fit}, found)
    assert (change.name, change.now) == ("random-labels.old", "nothing")


def test_another_wording_is_no_change(results: Results) -> None:
    found = part_of(parts(results))
    store_claims(results, read_parts(results))
    kept = read_claims(results)[TASK]
    kept["random-labels.fit"]["text"] = "Said in other words."
    assert list(changes(kept, found)) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": 9}', '{"schema": 1, "tasks": 3}'])
def test_a_file_that_is_not_ours_is_an_error(results: Results, content: str) -> None:
    results.claims.parent.mkdir(parents=True)
    results.claims.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match="claims"):
        read_claims(results)


def test_nothing_kept_is_no_error(results: Results) -> None:
    assert read_claims(results) == {}
