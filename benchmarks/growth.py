"""How cost grows with the number of runs and of parameters: numbers, and a figure of them."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib import rc_context

from benchmarks.measure import Clock, seconds
from benchmarks.pairs import FEW, curve_runs, perceptron
from experiments.data.function_settings import FunctionSettings
from experiments.engine.context import Context
from experiments.engine.problems import function_problem
from experiments.engine.run import Run
from experiments.engine.train import train
from experiments.settings.training import Training
from report.figures.legends import legend_below
from report.figures.style import RC, canvas, line

FOLDER = Path(__file__).resolve().parent
RUNS = (1, 3, 10, 32, 100, 316, 1000)
WIDTHS = (8, 16, 32, 64, 128, 256)
STEPS = 100


def measured(context: Context, machine: str, clock: Clock) -> dict[str, Any]:
    """Milliseconds per step, of all runs together; the better of two timings."""
    by_runs = [
        {"runs": count, "milliseconds": _per_step(curve_runs(count, STEPS), context, clock)}
        for count in RUNS
    ]
    by_parameters = []
    for width in WIDTHS:
        runs = _wide(width)
        parameters = 2 * width + width * (width + 1) + width + 1
        cost = _per_step(runs, context, clock)
        by_parameters.append({"parameters": parameters, "runs": len(runs), "milliseconds": cost})
    return {
        "machine": machine,
        "clock": clock,
        "device": context.device.type,
        "steps": STEPS,
        "points": 256,
        "runs_of_571_parameters": by_runs,
        "two_hidden_layers": by_parameters,
    }


def _wide(width: int) -> list[Run]:
    """Eight runs of a network with two hidden layers."""
    training = Training(loss="mse", learning_rate=1e-3, epochs=STEPS)
    problem = function_problem(FunctionSettings(name="sinc"))
    network = perceptron((1, width, width, 1), "relu")
    return [Run(network, training, problem, seed, observe=FEW) for seed in range(8)]


def _per_step(runs: list[Run], context: Context, clock: Clock) -> float:
    once = partial(train, runs, context)
    return 1000 * min(seconds(once, clock), seconds(once, clock)) / STEPS


def write(numbers: dict[str, Any]) -> None:
    """`growth-<device>.json`, and the figure of all such files."""
    path = FOLDER / f"growth-{numbers['device']}.json"
    path.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")
    draw(FOLDER / "growth.svg")


def draw(target: Path) -> None:
    """The figure, from the files."""
    figure, axes = canvas(1, 2)
    left, right = axes[0]
    for index, path in enumerate(sorted(FOLDER.glob("growth-*.json"))):
        style = line(index)
        look = {"color": style.color, "linestyle": style.dashes, "marker": style.marker}
        numbers = json.loads(path.read_text(encoding="utf-8"))
        device = {"cpu": "CPU", "cuda": "GPU"}[numbers["device"]]
        rows = numbers["runs_of_571_parameters"]
        x = [row["runs"] for row in rows]
        left.loglog(x, [row["milliseconds"] / row["runs"] for row in rows], label=device, **look)
        rows = numbers["two_hidden_layers"]
        x = [row["parameters"] for row in rows]
        right.loglog(x, [row["milliseconds"] / row["runs"] for row in rows], label=device, **look)
    left.set(xlabel="number of runs, 571 parameters each", ylabel="ms per step and run")
    right.set(xlabel="parameters of each of 8 networks", ylabel="ms per step and run")
    legend_below(figure, left)
    with rc_context(RC):
        figure.savefig(target, metadata={"Date": None})
