"""What a suite may name, for `homework list`: from the tables that settings are checked against."""

from collections.abc import Callable, Iterator, Mapping

from experiments.data.catalog import DATASETS
from experiments.data.expression import ARGUMENTS, CONSTANTS
from experiments.data.formulas import FORMULAS
from experiments.data.torchvision_sets import SETS, said
from experiments.settings.choice import Table
from experiments.settings.layers import KNOWN, OTHERS, Signature
from experiments.settings.torch_names import LOSSES, OPTIMIZERS
from report.tasks import PARTS, TASKS

Lines = Iterator[tuple[str, str]]


def _functions() -> Lines:
    for name, formula in FORMULAS.items():
        low, high = formula.domain
        yield name, f"{formula.text} on [{low:g}, {high:g}]"
    words = ", ".join(["x", *CONSTANTS, *ARGUMENTS])
    yield "any formula", f'such as "sin(x) + cos(x^2)", of {words}'
    yield "file", '{ file = "points.csv" }, two columns, x and y'


def _layers() -> Lines:
    for name, signature in (KNOWN | OTHERS).items():
        yield name, _call(name, signature)


def _call(name: str, signature: Signature | None) -> str:
    if signature is None:
        return "as torch calls it"
    first = [
        argument if number < signature.needed else f"[{argument}]"
        for number, argument in enumerate(signature.first)
    ]
    return f"{name}({', '.join([*first, *(f'{named}=' for named in signature.named)])})"


def _named(table: Table) -> Lines:
    for name, kinds in table.known.items():
        others = [alias for alias, known in table.aliases.items() if known == name]
        also = f" (also {', '.join(others)})" if others else ""
        yield name, ", ".join(kinds) + also


def _data() -> Lines:
    from experiments.data.image_settings import KINDS  # NumPy takes long to import

    for key, facts in DATASETS.items():
        sides = "×".join(map(str, facts.image_shape))
        sizes = f"{facts.train_size} training and {facts.test_size} test images"
        yield key, f"{facts.title}: {sizes}, {sides}, {len(facts.classes)} classes"
    for kind in KINDS:
        yield kind, f'images of your own: {{ {kind} = "…" }}'


def _by_class() -> Lines:
    for name, parts in SETS.items():
        options = "".join(f", {key} = {said(values)}" for key, values in parts.options.items())
        yield name, f"torchvision's, downloaded by a run if it is missing{options}"


def _tasks() -> Lines:
    parts = {chapter: part for part, chapter in PARTS.items()}
    for task in TASKS:
        yield task.name, f"{parts[task.chapter]}: {task.title}"


LISTS: Mapping[str, Callable[[], Lines]] = {
    "functions": _functions,
    "layers": _layers,
    "optimizers": lambda: _named(OPTIMIZERS),
    "losses": lambda: _named(LOSSES),
    "data": _data,
    "tasks": _tasks,
}
NEEDING_FILES: Mapping[str, Callable[[], Lines]] = {"data": _by_class}
"""What may be named besides, where its files are there."""
