"""What a dump holds: it enters every record's key, so it changes only with what was asked for."""

import hashlib
import json
from pathlib import Path
from typing import Annotated

from experiments.settings.strict import LATER, Settings
from experiments.suite import load_suite, suite_names

BEFORE = json.loads((Path(__file__).parent / "dumps.json").read_text(encoding="utf-8"))
"""Digests of the dumps of the built-in suites, taken before any field was declared `LATER`."""


class Inner(Settings):
    old: int = 1
    new: Annotated[tuple[int, ...] | None, LATER] = None


class Outer(Settings):
    inner: Inner = Inner()
    many: tuple[Inner, ...] = ()


def test_a_later_field_is_dumped_where_it_is_set() -> None:
    assert Inner().model_dump(mode="json") == {"old": 1}
    assert Inner(new=(2,)).model_dump(mode="json", exclude={"old"}) == {"new": [2]}
    nested = Outer(many=(Inner(new=(3,)),)).model_dump(mode="json")
    assert nested == {"inner": {"old": 1}, "many": [{"old": 1, "new": [3]}]}


def test_a_dump_is_read_back() -> None:
    made = Outer(many=(Inner(new=(3,)), Inner()))
    assert Outer.model_validate(made.model_dump()) == made


def test_dumps_of_the_built_in_suites_are_what_they_were() -> None:
    found = {}
    for name in suite_names():
        for smoke in (False, True):
            for task, settings in load_suite(name, smoke=smoke).tasks.items():
                text = json.dumps(settings.model_dump(mode="json"), sort_keys=True)
                key = f"{name}{' --smoke' if smoke else ''} {task}"
                found[key] = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert found == BEFORE
