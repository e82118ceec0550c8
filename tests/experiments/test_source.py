"""What makes the source of a task another one: code that it reaches, not comments."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments import source
from experiments.suite import load_suite
from report.tasks import BY_NAME

FILES = {
    "__init__": "",
    "task": '''"""Docstring."""
from lab.helper import compute
from lab import other
import lab.third


def run(x):
    """Docstring."""
    # comment
    return compute(x) + 1
''',
    "helper": "import math\nfrom lab import deep\n\ndef compute(x):\n    return deep.f(x) * 2\n",
    "deep": 'class A:\n    field: int = 1\n    """What it is."""\n\ndef f(x):\n    return x\n',
    "other": "X = 1\n",
    "third": "Y = 1\n",
    "unused": "Z = 1\n",
}


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small package whose sources are digested."""
    for name, text in FILES.items():
        (tmp_path / "lab").mkdir(exist_ok=True)
        (tmp_path / "lab" / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(source, "PACKAGE", "lab")
    yield tmp_path / "lab"
    for name in [name for name in sys.modules if name.split(".")[0] == "lab"]:
        del sys.modules[name]
    forget()


def forget() -> None:
    source._read.cache_clear()
    source._path.cache_clear()


def changed(lab: Path, name: str, old: str, new: str) -> set[str]:
    """Names of modules whose digest changes with the text of one of them."""
    forget()
    before = source.source_digests("lab.task")
    path = lab / f"{name}.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    forget()
    after = source.source_digests("lab.task")
    path.write_text(text)
    return {key for key in before | after if before.get(key) != after.get(key)}


def test_what_is_reached(lab: Path) -> None:
    reached = source.source_digests("lab.task")
    assert set(reached) == {"lab", "lab.task", "lab.helper", "lab.deep", "lab.other", "lab.third"}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("task", "# comment", "# another comment"),
        ("task", '    """Docstring."""', '    """Another."""'),
        ("task", '"""Docstring."""\nfrom', "from"),
        ("task", "compute(x) + 1", "(compute(x)\n            + 1)"),
        ("deep", "What it is", "What else it is"),
        ("deep", "\n\ndef", "\n\n\n\n\ndef"),
        ("unused", "1", "2"),
    ],
)
def test_not_stale(lab: Path, name: str, old: str, new: str) -> None:
    assert changed(lab, name, old, new) == set()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("task", "+ 1", "+ 2"),
        ("helper", "* 2", "* 3"),
        ("deep", "return x", "return -x"),
        ("deep", "int = 1", "int = 2"),
        ("other", "1", "2"),
        ("third", "1", "'text'"),
    ],
)
def test_stale(lab: Path, name: str, old: str, new: str) -> None:
    assert changed(lab, name, old, new) == {f"lab.{name}"}


def test_a_new_import_counts(lab: Path) -> None:
    found = changed(lab, "deep", "class A", "import lab.unused\n\nclass A")
    assert found == {"lab.deep", "lab.unused"}


def test_every_task_reaches_the_engine_and_no_other_task_unasked() -> None:
    for task in load_suite("quick").tasks:
        module = f"experiments.tasks.{BY_NAME[task].module}"
        reached = source.source_digests(module)
        assert module in reached and "experiments.tasks.base" in reached
        assert not any(name in reached for name in ("experiments.runner", "experiments.workers"))
    assert "experiments.tasks.train_on_task" not in source.source_digests(
        "experiments.tasks.simulate_function"
    )
