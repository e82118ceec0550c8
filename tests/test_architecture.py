"""Which way imports go: read from the source of every module."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

SHARED = ("report.errors", "report.interruption", "report.records", "report.tasks")
"""All that experiments know of the report: errors, signals, record types and store, the tasks."""
DOORS = {"report.commands"}
"""Where the report calls experiments, inside functions."""
ENTRY = {"experiments.__main__", "experiments.slurm.job"}
"""What is run by `python -m`: the command line, and that of a job."""

LAYERS = (
    ("settings",),
    ("data",),
    ("models",),
    ("engine",),
    ("measures",),
    ("tasks",),
)
"""Packages of experiments from below to above; a package imports from its own row and below."""


@dataclass(frozen=True)
class Import:
    """One import: the module that imports, what it imports, whether a function does it."""

    module: str
    target: str
    lazy: bool

    def __str__(self) -> str:
        return f"{self.module} imports {self.target}"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(package: str) -> tuple[Import, ...]:
    return tuple(_imports(package))


def _imports(package: str) -> Iterator[Import]:
    for path in sorted((ROOT / package).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        lazy = {
            inner
            for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            for inner in ast.walk(node)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                targets = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{path}: relative import; write the whole name"
                assert node.module is not None
                targets = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            for target in targets:
                yield Import(module_name(path), target, node in lazy)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def test_the_report_needs_no_torch_and_no_experiments() -> None:
    wrong = [
        str(found)
        for found in imports("report")
        if any(within(found.target, name) for name in ("torch", "torchvision", "experiments"))
        and not (found.lazy and found.module in DOORS)
    ]
    assert not wrong


def test_experiments_know_little_of_the_report() -> None:
    wrong = [
        str(found)
        for found in imports("experiments")
        if within(found.target, "report")
        and not any(within(found.target, name) for name in SHARED)
        and found.module not in ENTRY
    ]
    assert not wrong


@pytest.mark.parametrize("layer", [name for row in LAYERS for name in row])
def test_layers_import_downwards(layer: str) -> None:
    height = next(i for i, row in enumerate(LAYERS) if layer in row)
    above = [f"experiments.{name}" for row in LAYERS[height + 1 :] for name in row]
    wrong = [
        str(found)
        for found in imports("experiments")
        if within(found.module, f"experiments.{layer}")
        for upper in above
        if within(found.target, upper)
    ]
    assert not wrong


def child(name: str, package: str) -> str:
    """The part of `package` that `name` is or lies in; empty for the package itself."""
    return name.removeprefix(package).split(".")[1] if name != package else ""


def circles(root: str) -> dict[str, list[str]]:
    """The circles of imports below `root`: for each package that has one, the names along it.

    Within a package its modules and its packages count, each package as a whole; imports inside
    functions count too.
    """
    found: dict[str, list[str]] = {}
    for package in {root} | {one.module.rpartition(".")[0] for one in imports(root)} - {""}:
        graph: dict[str, set[str]] = {}
        for one in imports(root):
            if within(one.module, package) and within(one.target, package):
                here, there = child(one.module, package), child(one.target, package)
                if here and there not in ("", here):
                    graph.setdefault(here, set()).add(there)
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            found[package] = error.args[1]
    return found


@pytest.mark.parametrize("package", ["report", "experiments"])
def test_packages_form_no_circle(package: str) -> None:
    assert circles(package) == {}


def test_a_circle_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (
        Import("lab.a.one", "lab.b.two.name", False),
        Import("lab.b.three", "lab.c", True),
        Import("lab.c", "lab.a.other", False),
        Import("lab.d.one", "lab.a.one", False),
        Import("lab.d.deep.one", "lab.d.deep.two", False),
        Import("lab.d.deep.two", "lab.d.deep.one.name", True),
    )
    monkeypatch.setitem(circles.__globals__, "imports", lambda _package: found)
    seen = circles("lab")
    assert seen.keys() == {"lab", "lab.d.deep"}
    assert set(seen["lab"]) == {"a", "b", "c"} and set(seen["lab.d.deep"]) == {"one", "two"}


def test_settings_are_read_without_torch() -> None:
    wrong = [
        str(found)
        for found in imports("experiments")
        if within(found.module, "experiments.settings") or found.module.endswith("_settings")
        if within(found.target, "torch")
    ]
    assert not wrong


READS_PICKLES = ("pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal")
"""Libraries with a function `load`, `loads` or `open` that runs what it reads."""
CHECKED_READER = "experiments/data/batches.py"
"""Reads CIFAR-10's batches, by a subclass of Unpickler that knows three names only."""


def pickles(source: str) -> list[str]:
    """Calls that read a pickle, or would where the file is one."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in READS_PICKLES:
            found.append(f"from {node.module} import …")
        if isinstance(node, ast.ClassDef):
            found += [f"class {node.name}" for base in node.bases if "Unpickler" in ast.dump(base)]
        if not isinstance(node, ast.Call):
            continue
        given = {word.arg: ast.unparse(word.value) for word in node.keywords}
        called = ast.unparse(node.func)
        library, _, function = called.rpartition(".")
        if function in ("load", "loads", "open", "Unpickler") and library in READS_PICKLES:
            found.append(called)
        if function == "read_pickle":
            found.append(called)
        if called == "torch.load" and given.get("weights_only") != "True":
            found.append("torch.load without weights_only=True")
        if given.get("allow_pickle", "False") != "False":
            found.append(f"{called} with allow_pickle")
    return found


def test_no_pickle_is_read() -> None:
    read = {
        path.relative_to(ROOT).as_posix(): found
        for package in ("report", "experiments")
        for path in sorted((ROOT / package).rglob("*.py"))
        if (found := pickles(path.read_text(encoding="utf-8")))
    }
    assert read == {CHECKED_READER: ["class ArraysOnly"]}


@pytest.mark.parametrize(
    "line",
    [
        "torch.load(f)",
        "torch.load(f, weights_only=False)",
        "torch.load(f, weights_only=x)",
        "pickle.load(f)",
        "pickle.loads(b)",
        "pickle.Unpickler(f).load()",
        "from pickle import loads",
        "np.load(f, allow_pickle=True)",
        "joblib.load(f)",
        "pd.read_pickle(f)",
        "class Mine(pickle.Unpickler): ...",
    ],
)
def test_a_pickle_would_be_seen(line: str) -> None:
    assert pickles(line)
    assert not pickles("torch.load(f, weights_only=True); json.load(f); np.load(f)")


def test_optional_libraries_are_imported_only_when_asked() -> None:
    optional = ("tensorboard", "torch.utils.tensorboard", "submitit", "experiments.tensorboard")
    wrong = [
        str(found)
        for found in (*imports("report"), *imports("experiments"))
        if any(within(found.target, name) for name in optional) and not found.lazy
    ]
    assert not wrong


def test_what_shows_a_record_loads_nothing_that_draws() -> None:
    # Half a second each: a report whose figures are fresh does not wait for them.
    shown = (
        "import sys; from importlib import import_module; import report.book.chapters\n"
        "from report.sections.registry import section_module; from report.tasks import TASKS\n"
        "for task in TASKS: import_module(section_module(task.name))\n"
        "print([name for name in ('matplotlib', 'scipy.stats') if name in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", shown], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout == "[]\n"
