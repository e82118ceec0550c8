"""Edits of the real source: whatever changes what a task does makes it stale, and no other task."""

import ast
import random
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FrameType

import pytest
import torch

from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.facts import facts
from experiments.fingerprint import code as fingerprint
from experiments.fingerprint.code import STORAGE, Code, installed
from experiments.fingerprint.syntax import read_module
from experiments.fingerprint.task import task_definitions
from experiments.suite import load_suite
from experiments.tasks import task_module
from report.tasks import TASKS
from tests.experiments.fingerprint.mutations import definitions, mutated, places

ROOT = Path(__file__).resolve().parents[3]
ALL = frozenset(task.name for task in TASKS)

# fmt: off
USED: dict[frozenset[str], str] = {
    # The engine trains for every task, on networks and data of every kind.
    ALL: """
        train grouped stack_size STACK_BYTES group_key GroupTraining outcomes FUNCTIONS
        example_losses RowOptimizer _optimizer _scheduler evaluate.evaluate chunk_size generator
        Problem Feed Augmenter evaluation_epochs bfloat16_pays Run Trained Training Stop Network
        architecture parameter_count initialize ACTIVATIONS StackedMLP SingleNetwork ensemble
        perceptrons
        load_images balanced resized DATASETS read_idx read_batches _draw_images TaskSettings
        Measured counted_parameters notes EQUAL_SIZE precision_notes use_all_digits
    """,
    frozenset({"simulate-function", "weight-trajectories", "gradient-norm", "minimal-ratio",
               "error-surface"}): """
        FORMULAS sample limit JUMP expression.evaluate function_problem
    """,
    frozenset({"weight-trajectories", "gradient-norm", "minimal-ratio", "error-surface"}):
        "case.Case",
    frozenset({"interpolation", "sensitivity", "sharpness"}): "Approach",
    frozenset({"minimal-ratio", "sharpness"}): "mean_losses",
    frozenset({"sensitivity", "sharpness"}): "solutions APPROACHES",
    frozenset({"error-surface", "weight-trajectories"}):
        "principal_components path_length displacement cosine",
    frozenset({"error-surface", "weight-trajectories", "interpolation", "sharpness"}):
        "evaluate_rows RowsEvaluation",
    frozenset({"simulate-function"}): "outputs DRAWN_POINTS",
    frozenset({"train-on-task"}): "Comparison",
    frozenset({"weight-trajectories"}): "COMPONENTS MOST_SNAPSHOTS",
    frozenset({"gradient-norm"}): "training_gradients WINDOWS window_medians",
    frozenset({"minimal-ratio"}): """
        critical_points Search ACCELERATION_BOUND _damped_solution relative_tolerance signs
        MACHINE_EPSILON StackedDerivatives SWEEP BLOCK_VALUES
    """,
    frozenset({"error-surface"}): "random_directions filter_normalized Plane LADDER extent",
    frozenset({"random-labels", "parameter-count"}): "corrupt_labels corrupted with_case",
    frozenset({"random-labels"}): "predicted_classes first_reached NetworkCase",
    frozenset({"parameter-count"}): "SIZE_RANGE STRUCTURES NoisyPanel",
    frozenset({"interpolation", "error-surface"}): "interpolation.line",
    frozenset({"interpolation"}): "barrier Pair interpolation.Case",
    frozenset({"sensitivity"}): "_norms",
    frozenset({"sharpness"}): """
        Landscape hessian_vector_products trace_to_error largest_eigenvalue epsilon_sharpness
        rescaled FACTORS
    """,
    frozenset(): """
        compute.Request Driver estimate_line suite_models load_suite choose_device pin_threads
    """,
}
# fmt: on
EDITS = [(name, tasks) for tasks, names in USED.items() for name in names.split()]


def codes(code: Code) -> dict[str, list[str]]:
    return {
        task.name: [code.digest(definition) for definition in task_definitions(task.name)]
        for task in TASKS
    }


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program's source."""
    root = tmp_path_factory.mktemp("tree")
    for package in ("experiments", "report"):
        shutil.copytree(
            ROOT / package, root / package, ignore=lambda folder, names: [
                name for name in names
                if not (name.endswith(".py") or (Path(folder) / name).is_dir())
            ],
        )  # fmt: skip
    return root


@pytest.fixture(scope="module", autouse=True)
def _sources_are_read_once() -> Iterator[None]:
    """An edit changes one module; the statements of the others are the same text's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fingerprint, "_read", cache(read_module))
        yield


@pytest.fixture(scope="module")
def before(tree: Path) -> dict[str, list[str]]:
    return codes(Code(tree))


@cache
def modules(tree: Path) -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for path in (tree / "experiments").rglob("*.py")}


def defining(tree: Path, wanted: str) -> tuple[Path, ast.Module, ast.stmt]:
    """The only definition of that name in the experiments, or of `file.name` in files so named."""
    file, _, name = wanted.rpartition(".")
    found = [
        (path, module, definition)
        for path, module in modules(tree).items()
        if path.stem == (file or path.stem)
        for defined, definition in definitions(module)
        if defined == name
    ]
    assert len(found) == 1, f"{wanted}: {[str(path) for path, *_ in found]}"
    return found[0]


def test_there_are_enough_edits() -> None:
    assert len(EDITS) >= 50


@pytest.mark.sweep
@pytest.mark.parametrize(("name", "tasks"), EDITS, ids=[name for name, _ in EDITS])
def test_an_edit_makes_stale_what_uses_it(
    tree: Path, before: dict[str, list[str]], name: str, tasks: frozenset[str]
) -> None:
    path, module, definition = defining(tree, name)
    text = path.read_text()
    draw = random.Random(name)
    changed = mutated(definition, draw.randrange(places(definition)))
    body = [changed if node is definition else node for node in module.body]
    try:
        path.write_text(ast.unparse(ast.Module(body, [])))
        after = codes(Code(tree))
    finally:
        path.write_text(text)
    assert {task for task in ALL if before[task] != after[task]} == tasks


@pytest.mark.sweep
def test_formatting_alone_makes_nothing_stale(tree: Path, before: dict[str, list[str]]) -> None:
    texts = {path: path.read_text() for path in modules(tree)}
    try:
        for path, module in modules(tree).items():
            path.write_text(ast.unparse(module))  # no comments, other lines and quotes
        assert codes(Code(tree)) == before
    finally:
        for path, text in texts.items():
            path.write_text(text)


@pytest.mark.sweep
@pytest.mark.parametrize("share", [0.4, pytest.param(1.0, marks=pytest.mark.long)])
def test_no_change_of_meaning_goes_unseen(share: float) -> None:
    draw = random.Random(0)
    unseen, seen = [], 0
    for path in sorted((ROOT / "experiments").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        module = ast.parse(text)
        statements = texts_of(text)
        for name, definition in definitions(module):
            if (count := places(definition)) and draw.random() < share:
                changed = mutated(definition, draw.randrange(count))
                alone = [changed if node is definition else node for node in module.body]
                try:
                    after = texts_of(ast.unparse(ast.Module(alone, [])))
                except SyntaxError:
                    continue
                seen += 1
                if after.get(name) == statements[name]:
                    unseen.append(f"{path.name}, {name}: {ast.unparse(changed)}")
    assert not unseen
    assert seen > 400 * share


def texts_of(source: str) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for statement in read_module(source, "experiments").statements:
        for name in statement.binds:
            found.setdefault(name, []).append((statement.shape, statement.references))
    return found


def called(task: str, data_dir: Path) -> Iterator[tuple[str, str]]:
    """Module and top definition of every function of ours that a smoke run of a task calls."""
    settings = load_suite("quick", smoke=True).tasks[task]
    run = task_module(task).run
    seen: dict[object, FrameType] = {}
    for package in ("data", "engine", "measures", "models"):  # at import, class bodies are called
        for path in (ROOT / "experiments" / package).glob("*.py"):
            import_module(f"experiments.{package}.{path.stem}")

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            seen.setdefault(frame.f_code, frame)

    device = torch.device("cpu")
    context = Context(device=device, data_dir=data_dir, cache=Cache(data_dir / "cache", "salt"))
    sys.setprofile(watch)
    try:
        run(settings, context)
        facts(settings, device)
    finally:
        sys.setprofile(None)
    for code in seen:
        path = Path(code.co_filename)  # type: ignore[attr-defined]
        if path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in (
            "experiments", "report"
        ):  # fmt: skip
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield module, code.co_qualname.partition(".")[0]  # type: ignore[attr-defined]


SHORT = ("gradient-norm", "error-surface", "sensitivity")


@pytest.mark.sweep
@pytest.mark.parametrize(
    "task",
    [
        task.name if task.name in SHORT else pytest.param(task.name, marks=pytest.mark.long)
        for task in TASKS
    ],
)
def test_whatever_runs_counts(task: str, tmp_path: Path) -> None:
    counted = installed().sources(task_definitions(task))
    uncounted = (*STORAGE, "experiments.fingerprint")
    ran = {
        f"{module}.{name}"
        for module, name in called(task, tmp_path)
        if not any(f"{module}.".startswith(f"{package}.") for package in uncounted)
        and not name.startswith("<")
    }
    assert len(ran) > 40
    assert not ran - counted.keys()
