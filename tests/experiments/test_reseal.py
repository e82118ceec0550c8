"""Records of the version before get new keys where the same code made them."""

import json
from pathlib import Path

import pytest

from experiments.freshness import basis, freshness
from experiments.reseal import SEALED, Version, _versions, reseal
from experiments.suite import Suite
from report.errors import UserError
from report.records import Record, Results, read_record
from report.records.record import digest, record_key
from report.tasks import TASKS
from tests.experiments import written as records
from tests.report.records.build import PROVENANCE

TASK = "train-on-task"
MODULES = {"experiments.engine.train": "ab"}


@pytest.fixture
def results(tmp_path: Path, suite: Suite, monkeypatch: pytest.MonkeyPatch) -> Results:
    """Where the version before had the code of now, in other modules."""
    now = basis(suite, TASK)
    version = Version(digest(MODULES), now.code, now.sources)
    monkeypatch.setattr("experiments.reseal._versions", lambda: {TASK: version})
    return Results(tmp_path / "results", "tiny")


def written(
    suite: Suite, results: Results, modules: dict[str, str] = MODULES, key: str | None = None
) -> Record:
    wanted = basis(suite, TASK)
    return records.written(
        suite,
        TASK,
        results,
        key=key or record_key(wanted.settings, modules, wanted.data),
        provenance=PROVENANCE | {"sources": modules, "data": wanted.data},
    )


def told(results: Results, suite: str | None = None) -> str:
    (line,) = reseal(results.root, suite)
    return line


def test_a_record_gets_its_key_and_nothing_else(suite: Suite, results: Results) -> None:
    before = written(suite, results)
    assert freshness(suite, TASK, results).state == "stale"
    assert told(results) == f"{results.record(TASK)}: new key"
    after = read_record(results.record(TASK))
    assert freshness(suite, TASK, results).state == "done"
    changes = {
        "key": after.key,
        "provenance": before.provenance.model_copy(update={"sources": after.provenance.sources}),
    }
    assert after == before.model_copy(update=changes)
    assert told(results) == f"{results.record(TASK)}: has its new key"
    assert read_record(results.record(TASK)) == after


def test_figures_and_claims_stay_those_of_the_record(suite: Suite, results: Results) -> None:
    before = digest(written(suite, results).content())
    for path in (results.figure_index, results.claims):
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"a": {"record": before, "sha256": "0"}, "b": {"record": "1"}}))
    told(results)
    after = digest(read_record(results.record(TASK)).content())
    for path in (results.figure_index, results.claims):
        kept = json.loads(path.read_text())
        assert kept == {"a": {"record": after, "sha256": "0"}, "b": {"record": "1"}}


def test_a_cut_off_reseal_is_done_again(
    suite: Suite, results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written(suite, results)
    results.figure_index.parent.mkdir(parents=True)
    results.figure_index.write_text(json.dumps({"record": digest(before.content())}))
    with monkeypatch.context() as cut:
        cut.setattr("experiments.reseal.write_record", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            told(results)
    assert read_record(results.record(TASK)) == before
    assert told(results).endswith(": new key")
    after = read_record(results.record(TASK))
    assert json.loads(results.figure_index.read_text()) == {"record": digest(after.content())}


def test_a_record_of_other_code_is_left(suite: Suite, results: Results) -> None:
    before = written(suite, results, {"experiments.engine.train": "cd"})
    assert "left as it is: made by other code" in told(results)
    assert read_record(results.record(TASK)) == before


def test_a_record_whose_key_does_not_match_is_left(suite: Suite, results: Results) -> None:
    before = written(suite, results, key="0" * 64)
    assert "left as it is: its key does not match" in told(results)
    assert read_record(results.record(TASK)) == before


def test_a_damaged_record_is_left_and_named(suite: Suite, results: Results) -> None:
    written(suite, results)
    path = results.record(TASK)
    path.write_text(path.read_text().replace("2026", "2027"))
    text = path.read_text()
    assert told(results).startswith(f"{path}: left as it is: its digest does not match")
    assert path.read_text() == text


def test_only_the_suite_that_was_asked_for(suite: Suite, results: Results) -> None:
    written(suite, results)
    with pytest.raises(UserError, match="other: no records here"):
        told(results, "other")
    assert told(results, "tiny").endswith(": new key")


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no records here"):
        list(reseal(tmp_path))


def test_every_task_of_the_version_before_is_known() -> None:
    assert SEALED.is_file()
    versions = _versions()
    assert set(versions) == {task.name for task in TASKS}
    for version in versions.values():
        assert len(version.modules) == len(version.code) == 64
        assert len(version.sources) > 100
