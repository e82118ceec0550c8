"""What makes the code of a task another one: what its definitions do, not where they lie."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.fingerprint.code import Code
from experiments.fingerprint.task import task_definitions
from experiments.suite import load_suite
from report.records import kept

Files = dict[str, str]

FILES: Files = {
    "experiments": "",
    "experiments.task": '''"""Docstring."""
from experiments.helper import compute
from experiments import other
import experiments.third


def run(x):
    """Docstring."""
    # comment
    return compute(x) + 1 + other.X + experiments.third.Y
''',
    "experiments.helper": "import math\nfrom experiments import deep\n\n"
    "def compute(x):\n    return deep.f(deep.A, x) * 2\n",
    "experiments.deep": 'class A:\n    field: int = 1\n    """What it is."""\n\n'
    "def f(a, x):\n    return x\n\ndef unused(x):\n    return x\n",
    "experiments.other": "X = 1\nUNUSED = 1\n",
    "experiments.third": "Y = 1\n",
    "experiments.unused": "Z = 1\n",
    "report": "",
    "report.records": "",
}


@pytest.fixture
def code(tmp_path: Path) -> Callable[[Files], Code]:
    """The code of modules, by name and text, in a folder of its own each time."""
    made: list[Path] = []

    def code(files: Files) -> Code:
        root = tmp_path / str(len(made))
        made.append(root)
        packages = {name.rpartition(".")[0] for name in files} | {"experiments", "report"}
        for name, text in ({"experiments": "", "report": "", "report.records": ""} | files).items():
            place = root.joinpath(*name.split("."))
            package = name in packages or name == "report.records"
            path = place / "__init__.py" if package else place.with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Code(root)

    return code


Codes = Callable[[Files], Code]


def digests(code: Codes, *versions: Files) -> list[str]:
    return [code(files).digest("experiments.task.run") for files in versions]


def edited(name: str, old: str, new: str, files: Files = FILES) -> Files:
    assert old in files[f"experiments.{name}"]
    return files | {f"experiments.{name}": files[f"experiments.{name}"].replace(old, new)}


def changed(code: Codes, name: str, old: str, new: str) -> bool:
    before, after = digests(code, FILES, edited(name, old, new))
    return before != after


def test_what_is_reached(code: Codes) -> None:
    reached = code(FILES).sources(["experiments.task.run"])
    names = ("task.run", "helper.compute", "deep.f", "deep.A", "other.X", "third.Y")
    assert set(reached) == {f"experiments.{name}" for name in names}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("task", "# comment", "# another comment"),
        ("task", '    """Docstring."""', '    """Another."""'),
        ("task", '"""Docstring."""\nfrom', "from"),
        ("task", "compute(x) + 1", "(compute(x)\n            + 1)"),
        ("deep", "What it is", "What else it is"),
        ("deep", "\n\ndef", "\n\n\n\n\ndef"),
        ("deep", "def unused(x):\n    return x", "def unused(x):\n    return -x"),
        ("deep", "def unused(x):\n    return x", ""),
        ("other", "UNUSED = 1", "UNUSED = 2"),
        ("unused", "1", "2"),
        ("third", "Y = 1", 'Y = 1\n"""What it is."""'),
        ("helper", "import math\n", "import math\nimport os\n"),
        ("task", "from experiments.helper import compute", "from experiments.helper import "
         "compute\nfrom experiments.unused import Z"),
    ],
)  # fmt: skip
def test_not_stale(code: Codes, name: str, old: str, new: str) -> None:
    assert not changed(code, name, old, new)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("task", "+ 1", "+ 2"),
        ("task", "+ 1", "- 1"),
        ("helper", "* 2", "* 3"),
        ("deep", "return x\n\ndef unused", "return -x\n\ndef unused"),
        ("deep", "int = 1", "int = 2"),
        ("deep", "field: int", "field: float"),
        ("deep", "class A:", "class A(dict):"),
        ("deep", "def f(a, x)", "def f(a, x=0)"),
        ("deep", "def f(a, x)", "import functools\n\n@functools.cache\ndef f(a, x)"),
        ("deep", "def f(a, x)", "def f(x, a)"),
        ("other", "X = 1", "X = 2"),
        ("other", "X = 1", "X = 1.0"),
        ("other", "X = 1", "X = True"),
        ("third", "1", "'text'"),
        ("third", "Y = 1", "Y = 1\nY += 1"),
        ("other", "X = 1", "X = 1\nif X:\n    X = 2"),
        ("helper", "import math\n", "import math\nmath.tau = 6\n"),
        ("helper", "import math\n", "import warnings\nwarnings.simplefilter('error')\n"),
        ("third", "Y = 1", "Y = 1\nprint('imported')"),
    ],
)
def test_stale(code: Codes, name: str, old: str, new: str) -> None:
    assert changed(code, name, old, new)


def test_a_used_import_counts(code: Codes) -> None:
    files = edited("deep", "return x\n\ndef unused", "return x + unused.Z\n\ndef unused")
    files |= {"experiments.deep": "from experiments import unused\n" + files["experiments.deep"]}
    files["experiments.deep"] = files["experiments.deep"].replace("def unused(x):", "def other(x):")
    again = edited("unused", "1", "2", files)
    first, second, third = digests(code, FILES, files, again)
    assert len({first, second, third}) == 3


MOVED: dict[str, Files] = {
    "a module is renamed": {
        "experiments.task": FILES["experiments.task"].replace("helper", "calculation"),
        "experiments.calculation": FILES["experiments.helper"],
    },
    "a module becomes a package": {
        "experiments.task": FILES["experiments.task"]
        .replace("experiments.helper", "experiments.new.helper"),
        "experiments.new": "",
        "experiments.new.helper": FILES["experiments.helper"]
        .replace("from experiments import deep", "import experiments.new.deeper.deep as deep"),
        "experiments.new.deeper": "",
        "experiments.new.deeper.deep": FILES["experiments.deep"],
    },
    "a module is split": {
        "experiments.helper": "from experiments import deep\nfrom experiments.deep2 import A\n"
        "def compute(x):\n    return deep.f(A, x) * 2\n",
        "experiments.deep": "def f(a, x):\n    return x\n",
        "experiments.deep2": "class A:\n    field: int = 1\n",
    },
    "modules are joined": {
        "experiments.task": "from experiments.one import X, Y, compute\n"
        "def run(x):\n    return compute(x) + 1 + X + Y\n",
        "experiments.one": "X = 1\nY = 1\n"
        "class A:\n    field: int = 1\ndef f(a, x):\n    return x\n"
        "def compute(x):\n    return f(A, x) * 2\n",
    },
    "definitions are renamed": {
        "experiments.task": FILES["experiments.task"].replace("compute", "calculate"),
        "experiments.helper": FILES["experiments.helper"]
        .replace("compute", "calculate").replace("deep.A", "deep.B"),
        "experiments.deep": FILES["experiments.deep"].replace("class A", "class B"),
    },
    "a name is given at the import": {
        "experiments.task": FILES["experiments.task"]
        .replace("import compute", "import compute as c").replace("return compute", "return c"),
    },
    "a package gives what its modules define": {
        "experiments.task": FILES["experiments.task"]
        .replace("experiments.helper", "experiments.helpers"),
        "experiments.helpers": "from experiments.helpers.inner import compute as compute\n",
        "experiments.helpers.inner": FILES["experiments.helper"],
    },
    "an import is relative": {
        "experiments.helper": FILES["experiments.helper"]
        .replace("from experiments import deep", "from . import deep"),
    },
    "definitions stand in another order": {
        "experiments.deep": "def f(a, x):\n    return x\n\nclass A:\n    field: int = 1\n",
    },
}  # fmt: skip


@pytest.mark.parametrize("moved", MOVED)
def test_a_move_is_no_change(code: Codes, moved: str) -> None:
    before, after = digests(code, FILES, FILES | MOVED[moved])
    assert before == after


def test_an_import_in_a_function_counts_for_what_it_names(code: Codes) -> None:
    files = FILES | {
        "experiments.helper": "def compute(x):\n    from experiments import deep\n"
        "    return deep.f(deep.A, x) * 2\n"
    }
    other = edited("deep", "int = 1", "int = 2", files)
    unused = edited("deep", "def unused(x):\n    return x", "", files)
    first, second, third = digests(code, files, other, unused)
    assert first == third != second


def task(text: str, **others: str) -> Files:
    return {"experiments.task": text} | {f"experiments.{k}": v for k, v in others.items()}


STALE: dict[str, Files] = {
    "a registry's entry, in another module": task(
        "from experiments.table import T\nimport experiments.fill\ndef run(): return T['k']()",
        table="T = {}",
        fill="from experiments.table import T\ndef f(): return «1|2»\nT['k'] = f"
    ),
    "a registry's entry, through the module": task(
        "import experiments.table as t\nimport experiments.fill\ndef run(): return t.T",
        table="T = {}",
        fill="import experiments.table\nexperiments.table.T['k'] = «1|2»"
    ),
    "a decorator that keeps the function": task(
        "from experiments.table import T, keep\n@keep\ndef a(): return «1|2»\n"
        "def run(): return T",
        table="T = []\ndef keep(f):\n    T.append(f)\n    return f"
    ),
    "the order in which functions are kept": task(
        "from experiments.table import T, keep\n@keep\ndef «a(): return 1\n@keep\n"
        "def b(): return 2|b(): return 2\n@keep\ndef a(): return 1»\ndef run(): return T",
        table="T = []\ndef keep(f):\n    T.append(f)\n    return f"
    ),
    "a call that keeps a value": task(
        "from experiments.table import T, keep\nONE = keep(«1|2»)\ndef run(): return T",
        table="T = []\ndef keep(f):\n    T.append(f)\n    return f"
    ),
    "a call of another library that keeps a value": task(
        "import heapq\nT = []\nheapq.heappush(T, «1|2»)\ndef run(): return T"
    ),
    "a class that knows its subclasses": task(
        "class A:\n    known = []\n    def __init_subclass__(cls): A.known.append(cls)\n"
        "class B(A):\n    x = «1|2»\ndef run(): return A.known"
    ),
    "an overload of singledispatch": task(
        "from functools import singledispatch\n@singledispatch\ndef f(x): return 0\n"
        "@f.register\ndef _(x: int): return «1|2»\ndef run(): return f(1)"
    ),
    "an alias of a table": task("T = {}\nS = T\nS['k'] = «1|2»\ndef run(): return T"),
    "an attribute of a function": task("def f(): return f.x\nf.x = «1|2»\ndef run(): return f()"),
    "an attribute of a class": task("class A: pass\nA.x = «1|2»\ndef run(): return A.x"),
    "a loop that fills a table": task(
        "T = {}\nfor i in range(«3|4»):\n    T[i] = i\ndef run(): return T"
    ),
    "a branch at import": task(
        "import sys\nif sys.platform == '«x|y»':\n    X = 1\nelse:\n    X = 2\n"
        "def run(): return X"
    ),
    "two functions of a branch, exchanged": task(
        "import sys\nif sys:\n    def «f(): return 1\n    def g|g(): return 1\n"
        "    def f»(): return 2\ndef run(): return f()"
    ),
    "two values of one assignment, exchanged": task("«A, B|B, A» = 1, 2\ndef run(): return A"),
    "an import that may fail": task(
        "try:\n    from math import «inf|nan» as x\nexcept ImportError:\n    x = 1\n"
        "def run(): return x"
    ),
    "what getattr takes of a module": task(
        "from experiments import table\ndef run(name): return getattr(table, name)",
        table="a = «1|2»"
    ),
    "what getattr takes of a module, imported there": task(
        "from experiments import table\ndef run(name): return getattr(table, name)",
        table="from experiments.deep import a",
        deep="a = «1|2»"
    ),
    "what globals() holds": task("a = «1|2»\ndef run(name): return globals()[name]"),
    "what vars() holds": task(
        "from experiments import table\ndef run(name): return vars(table)[name]", table="a=«1|2»"
    ),
    "a module by its name": task(
        "from importlib import import_module\n"
        "def run(): return import_module('experiments.table').a",
        table="a = «1|2»"
    ),
    "a module by a part of its name": task(
        "import importlib\ndef run(n): return importlib.import_module(f'experiments.{n}').a",
        table="a = «1|2»"
    ),
    "a module by any name": task(
        "import importlib\ndef run(n): return importlib.import_module(n).a", table="a = «1|2»"
    ),
    "import_module under another name": task(
        "from importlib import import_module as load\nget = load\ndef run(n): return get(n).a",
        table="a = «1|2»"
    ),
    "__import__": task("def run(n): return __import__(n).a", table="a = «1|2»"),
    "eval": task("a = «1|2»\ndef run(text): return eval(text)"),
    "sys.modules": task(
        "import sys\ndef run(): return sys.modules['experiments.table'].a", table="a = «1|2»"
    ),
    "all names of a module": task(
        "from experiments.table import *\ndef run(): return a", table="a = «1|2»"
    ),
    "all names of a module, on the way": task(
        "from experiments.way import a\ndef run(): return a",
        way="from experiments.table import *",
        table="a = «1|2»"
    ),
    "what a module gives for missing names": task(
        "from experiments import table\ndef run(): return table.a",
        table="def __getattr__(name): return «1|2»"
    ),
    "a side effect of a module that is imported far away": task(
        "import experiments.one\ndef run(): return 1",
        one="import experiments.two",
        two="import torch\ntorch.set_default_dtype(torch.float«32|64»)"
    ),
    "a side effect of a package": task(
        "from experiments.box.one import x\ndef run(): return x"
    ) | {
        "experiments.box": "import torch\ntorch.manual_seed(«0|1»)",
        "experiments.box.one": "x = 1"
    },
    "a side effect of an import in a function": task(
        "def run():\n    import experiments.one\n    return 1",
        one="import torch\ntorch.manual_seed(«0|1»)"
    ),
    "a global that a function writes": task(
        "x = 1\ndef f():\n    global x\n    x = «2|3»\ndef run():\n    f()\n    return x"
    ),
    "a local name for a global one": task("x = «1|2»\ndef run(): return [x for x in x]"),
    "a class attribute named as a global": task(
        "x = «1|2»\nclass A:\n    x = x\ndef run(): return A.x"
    ),
    "a global behind a class attribute": task(
        "x = «1|2»\nclass A:\n    x = 3\n    def f(self): return x\ndef run(): return A().f()"
    ),
    "an annotation in quotes": task(
        "from dataclasses import dataclass\nclass B:\n    y = «1|2»\n@dataclass\nclass A:\n"
        "    x: 'B'\ndef run(): return A"
    ),
    "a default": task("x = «1|2»\ndef f(a=x): return a\ndef run(): return f()"),
    "a lambda": task("f = lambda a: a + «1|2»\ndef run(): return f(1)"),
    "what one of another library is taken": task(
        "import torch.nn.functional as f\ndef run(): return f.«r|g»elu"
    ),
    "which of two equal-looking functions is called": task(
        "def a(): return 1\ndef b(): return 2\ndef run(): return «a() - b|b() - a»()"
    ),
    "a base class": task(
        "class A:\n    x = 1\nclass B:\n    x = 2\nclass C(«A|B»): pass\ndef run(): return C"
    ),
    "far away in a circle": task(
        "def run(n): return a(n)\ndef a(n): return b(n)\ndef b(n): return c(n)\n"
        "def c(n): return a(n - 1) if n else «0|1»"
    ),
    "who calls whom in a circle": task(
        "def run(n): return «a|b»(n)\ndef a(n): return n and b(n - 1)\n"
        "def b(n): return n or a(n - 1)\ndef c(n): return n and b(n - 1)"
    ),
    "a case of match": task("def run(x):\n    match x:\n        case {'«a|b»': y}: return y"),
    "a keyword": task("def run(f): return f(«a|b»=1)"),
    "what a text is filled with": task("def run(x): return f'{x:.«2|3»f}'"),
}  # fmt: skip
"""Code in which «this|that» stands for one of two versions."""


@pytest.mark.parametrize("what", STALE)
def test_stale_by_what_is_far_from_the_task(code: Codes, what: str) -> None:
    before, after = digests(code, *(version(STALE[what], which) for which in (1, 2)))
    assert before != after


def version(files: Files, which: int) -> Files:
    """The files with the first or second of each «this|that»."""
    return {
        name: re.sub(r"«(.*?)\|(.*?)»", rf"\{which}", text, flags=re.DOTALL)
        for name, text in files.items()
    }


SAME: dict[str, tuple[Files, Files]] = {
    "a local variable named as a global": (
        task("def rows(): return 1\ndef run(rows): return rows"),
        task("def table(): return 1\ndef run(rows): return rows"),
    ),
    "an unused entry point": (
        task("def run(): return 1\nif __name__ == '__main__':\n    print(1)"),
        task("def run(): return 1"),
    ),
    "imports for types only": (
        task("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
             "    from experiments.table import A\ndef run(): return 1", table="A = print('x')"),
        task("def run(): return 1", table="A = print('x')"),
    ),
    "a name in a circle": (
        task("def run(n): return a(n)\ndef a(n): return b(n)\ndef b(n): return n and a(n - 1)"),
        task("from experiments.two import x\ndef run(n): return x(n)\n"
             "def y(n): return n and x(n - 1)",
             two="from experiments import task\ndef x(n): return task.y(n)"),
    ),
    "a table that is filled beside": (
        task("T = {}\nS = {}\nT['k'] = 1\ndef run(): return S"),
        task("T = {}\nS = {}\nT['k'] = 2\ndef run(): return S"),
    ),
    "a task that is looked up by its name": (
        task("from experiments.tasks import task_module\ndef run(n): return task_module(n)") | {
            "experiments.tasks": "from importlib import import_module\n"
            "def task_module(n): return import_module(f'experiments.tasks.{n}')",
            "experiments.tasks.a": "x = 1"},
        task("from experiments.tasks import task_module\ndef run(n): return task_module(n)") | {
            "experiments.tasks": "from importlib import import_module\n"
            "def task_module(n): return import_module(f'experiments.tasks.{n}')",
            "experiments.tasks.a": "x = 2"},
    ),
    "quotes around an annotation": (
        task("def run(x: 'list[int] | None'): return x"),
        task("def run(x: list[int] | None): return x"),
    ),
    "one of another library under another name": (
        task("import numpy as np\ndef run(): return np.linalg.norm"),
        task("from numpy.linalg import norm\ndef run(): return norm"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SAME)
def test_the_same_in_other_words(code: Codes, what: str) -> None:
    before, after = digests(code, *SAME[what])
    assert before == after


ROWS = """from dataclasses import dataclass
from typing import Annotated
class Unit: ...
@dataclass(frozen=True)
class Row:
    \"\"\"Docstring.\"\"\"
    seed: int
    loss: Annotated[float, "nats"]
    reason: str | None = None
    def __post_init__(self):
        assert self.seed >= 0
"""
WRITES = (
    "from report.records.rows import Row\nfrom report.records.store import write_bytes\n"
    "from report.records.numbers import mean\n"
    "def run():\n    write_bytes('x')\n    return Row(1, mean([2.0]))\n"
)
RECORDS = task(WRITES) | {
    "report.records.rows": ROWS,
    "report.records.store": "def write_bytes(x): open(x)",
    "report.records.numbers": "def mean(x): return sum(x) / len(x)",
}


@pytest.mark.parametrize(
    ("module", "old", "new", "stale"),
    [
        ("rows", "seed: int", "seeds: int", True),
        ("rows", "seed: int", "seed: float", True),
        ("rows", "    seed: int\n", "    seed: int\n    epoch: int\n", True),
        ("rows", "= None", "= 'none'", True),
        ("rows", "seed: int\n", "seed: int\n    def half(self): return self.seed / 2\n", True),
        ("rows", "Docstring", "Other", False),
        ("rows", "nats", "bits", False),
        ("rows", ">= 0", ">= 1", False),
        ("rows", "frozen=True", "frozen=True, slots=True", False),
        ("store", "open(x)", "open(x, 'rb')", False),
        ("numbers", "len(x)", "(len(x) - 1)", True),
    ],
)
def test_what_counts_of_the_records(
    code: Codes, module: str, old: str, new: str, stale: bool
) -> None:
    name = f"report.records.{module}"
    assert old in RECORDS[name]
    before, after = digests(code, RECORDS, RECORDS | {name: RECORDS[name].replace(old, new)})
    assert (before != after) == stale


def test_a_definition_that_is_not_there(code: Codes) -> None:
    with pytest.raises(KeyError, match=r"experiments\.task\.walk"):
        code(FILES).digest("experiments.task.walk")


def test_what_was_read_before_is_read_no_more_and_nothing_hangs_on_it(
    code: Codes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = code(FILES)
    wanted = first.digest("experiments.task.run")
    texts = {path: path.read_bytes() for path in kept.folder().iterdir()}
    assert texts
    with monkeypatch.context() as patch:
        patch.setattr("experiments.fingerprint.code.read_module", None)
        assert Code(first._root).digest("experiments.task.run") == wanted
    for path, content in texts.items():
        path.write_bytes(content.replace(b"a", b"b"))
    assert Code(first._root).digest("experiments.task.run") == wanted


def test_every_task_reaches_the_engine_and_no_other_task_unasked() -> None:
    from experiments.fingerprint.code import installed

    for task in load_suite("quick").tasks:
        reached = installed().sources(task_definitions(task))
        modules = {name.rpartition(".")[0] for name in reached}
        assert "experiments.engine.train" in modules and "experiments.tasks.task" in modules
        assert not modules & {"experiments.runner", "experiments.workers", "experiments.slurm"}
    reached = installed().sources(task_definitions("simulate-function"))
    assert not any(name.startswith("experiments.tasks.train_on_task") for name in reached)
