"""Every threshold of the claims stands in the appendix, with words."""

import ast
import inspect
from itertools import groupby
from pathlib import Path
from types import ModuleType

import pytest

from report.sections.registry import modules
from report.sections.thresholds import constants, thresholds
from report.tasks import TASKS

CLAIMS = modules("claims")
SOURCE = '''
NEAR, FAR = 0.5, 2.0
"""Up to which it is near; far."""
KINDS: dict[str, float] = {"small": 1e-5, "large": 3.0}
"""By kind."""
WORDS = {"a": "b"}
"""No number."""
SWITCH = True
"""No threshold."""
BARE = 7
other = 3.0
"""No constant."""
'''


def module_of(source: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    (folder / "made_thresholds.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    return __import__("made_thresholds")


def test_constants_with_words_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = list(constants(module_of(SOURCE, tmp_path, monkeypatch)))
    assert [(words.replace("\\", ""), value) for words, value in found] == [
        ("Up to which it is near; far.", "0.5; 2"),
        ("By kind.", "1×10⁻⁵; 3"),
    ]


@pytest.mark.parametrize("task", CLAIMS)
def test_every_number_of_the_claims_has_words(task: str) -> None:
    """A constant that is a number decides a wording: the appendix must tell it."""
    module = CLAIMS[task]
    numbers = [
        target.id
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.Assign)
        for target in ast.walk(node.targets[0])
        if isinstance(target, ast.Name) and isinstance(getattr(module, target.id), int | float)
    ]
    listed = [value for _, values in constants(module) for value in values.split("; ")]
    assert len(listed) >= len(numbers), numbers


def test_the_table_begins_with_what_matters_everywhere() -> None:
    found = thresholds()
    assert found[0].where == "everywhere"
    assert any("accuracy" in row.words and row.value.startswith("0.50") for row in found)
    places = [where for where, _ in groupby(row.where for row in found)]
    sections = [f"@sec-{task.name}" for task in TASKS]
    assert places == ["everywhere", *(one for one in sections if one in places)]
