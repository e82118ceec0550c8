"""HW1-1, simulate a function: networks of equal size and different depth fit a function."""

from typing import Any, Self

from pydantic import Field

from experiments.data.function_settings import FunctionSettings
from experiments.engine.context import Context
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import train
from experiments.settings.change import changed
from experiments.settings.consistency import Finding, too_few
from experiments.settings.network import Network, Shape
from experiments.settings.training import Stop, Training
from experiments.tasks.shrinking import fewer_points, shorter_on_points, with_own
from experiments.tasks.task import Measured, TaskSettings, Use, curves, rounded
from report.records.rows import simulate_function as rows

MODELS = 2
"""Models that the homework asks for at least."""
DRAWN_POINTS = 401
"""Points at which predicted curves are kept, ends included."""


class Settings(TaskSettings):
    """Every model is trained on every function with every seed, on the full batch of points.

    With `early_stop`, every run is made a second time under that rule, to see what it costs.
    """

    functions: tuple[FunctionSettings, ...] = Field(min_length=1)
    """Functions that the networks simulate: names, formulas in x, or tables."""
    models: tuple[Network, ...] = Field(min_length=1)
    """Networks that are compared."""
    training: Training
    """How every network is trained."""
    early_stop: Stop | None = None
    """Rule under which every run is made a second time; null: none."""
    seeds: tuple[int, ...] = Field(min_length=1)
    """Every network is trained once with each seed."""
    equal_size: bool = True
    """Whether the models are meant to be equal in size, within 1 %."""

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        group = "models" if self.equal_size else None
        runs = len(self.seeds) * (1 if self.early_stop is None else 2)
        return tuple(
            Use(
                model,
                Shape((1,), 1),
                changed(self.training, function.training, model.training),
                function.points,
                False,
                group,
                runs,
            )
            for model in self.models
            for function in self.functions
        )

    def contradictions(self) -> tuple[Finding, ...]:
        """Models to compare; at equal size, of different depth."""
        found = too_few("too-few-models", "models", len(self.models), MODELS, "models")
        if self.equal_size and len({model.depth for model in self.models}) == 1 and not found:
            cause = f"at equal size, all models have the same depth, {self.models[0].depth}"
            remedy = "vary the depth, or set equal_size = false"
            found += (Finding("equal-depth", "models", cause, remedy),)
        return found

    def smoke(self) -> Self:
        """Fewer points and epochs, two seeds."""
        functions = fewer_points(self.functions)
        points = max(function.points for function in functions)
        given = [
            self.training,
            *(f.training for f in functions),
            *(m.training for m in self.models),
        ]
        training, *changes = shorter_on_points(given, points)
        return self.model_copy(
            update={
                "functions": tuple(
                    function.model_copy(update={"training": change})
                    for function, change in zip(functions, changes[: len(functions)], strict=True)
                ),
                "models": with_own(self.models, changes[len(functions) :]),
                "training": training,
                "seeds": self.seeds[:2],
            }
        )


def run(settings: Settings, context: Context) -> Measured:
    """Train all models on all functions with all seeds; keep curves and predictions."""
    trained = []
    for outcome in train(_runs(settings, settings.training), context, label="simulate-function"):
        function = {f.name: f for f in settings.functions}[outcome.run.problem.name]
        trained.append(rows.Run(**_fit(outcome), prediction=_prediction(outcome, function)))
    stopped = []
    if settings.early_stop is not None:
        training = settings.training.model_copy(update={"stop": settings.early_stop})
        again = train(_runs(settings, training), context, label="simulate-function, stopped")
        stopped = [rows.Stopped(**_fit(outcome)) for outcome in again]
    functions = [_truth(function) for function in settings.functions]
    return Measured(
        metrics=rows.Metrics(functions=functions, runs=trained, stopped=stopped),
        seeds=settings.seeds,
        diverged=any(row.diverged_at is not None for row in trained),
    )


def _runs(settings: Settings, training: Training) -> list[Run]:
    from experiments.engine.problems import function_problem

    problems = [(function, function_problem(function)) for function in settings.functions]
    return [
        Run(
            model,
            changed(training, function.training, model.training),
            problem,
            seed,
            observe=Observe(evaluations=150),
        )
        for model in settings.models
        for function, problem in problems
        for seed in settings.seeds
    ]


def _fit(outcome: Trained) -> dict[str, Any]:
    run = outcome.run
    return {"function": run.problem.name, "model": run.network.name, **vars(curves(outcome))}


def _prediction(outcome: Trained, function: FunctionSettings) -> list[float | None]:
    from experiments.data.functions import Units, grid, sample
    from experiments.models.predict import outputs

    run = outcome.run
    x = grid(DRAWN_POINTS, *function.drawn)
    units = Units.of(function, sample(function))
    inputs = units.inputs(x).float()
    predicted = outputs(run.network, run.problem.shape, [outcome.parameters], inputs)
    return rounded(units.restored(predicted).flatten().tolist())


def _truth(function: FunctionSettings) -> rows.Function:
    from experiments.data.functions import grid, values

    x = grid(DRAWN_POINTS, *function.drawn)
    formula = function.describe()
    return rows.Function(
        function=function.name,
        formula=formula.math,
        note=formula.note,
        domain=function.interval,
        points=function.points,
        x=rounded(x.flatten().tolist()),
        y=rounded(values(function, x).flatten().tolist()),
    )
