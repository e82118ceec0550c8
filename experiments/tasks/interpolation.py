"""HW1-3, flatness, part 1: the loss on the straight line through two solutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field

from experiments.data.image_settings import ImageDataSettings
from experiments.engine.context import Context
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import train
from experiments.settings.change import changed
from experiments.settings.consistency import SPREAD, Finding, too_few
from experiments.settings.network import Network
from experiments.settings.strict import Settings as Table
from experiments.settings.training import Training
from experiments.tasks.shrinking import shorter, shrunk_batches, smaller
from experiments.tasks.task import (
    Measured,
    TaskSettings,
    Use,
    curves,
    finite,
    image_shape,
    rounded,
    train_size,
)
from experiments.tasks.training_approach import Approach
from report.records.rows import interpolation as rows

if TYPE_CHECKING:
    import torch

    from experiments.engine.problem import Problem, Split
    from experiments.measures.rows import RowsEvaluation


Start = Literal["same", "different"]

SEEDS = 3
"""Lines of each kind from which a spread can be seen."""
MEASURED = ("loss", "accuracy", "barrier", "barrier_alpha", "accuracy_barrier")
"""What a row of a line has for each split."""


class Pair(Table):
    """Two approaches whose solutions a line connects: θ₁ of `first`, θ₂ of `second`."""

    first: Approach
    """Of the solution at 0."""
    second: Approach
    """Of the solution at 1."""


class Alphas(Table):
    """Positions on the line: `count` evenly spaced ones, with 0, 1 and the outward ones added.

    `outward` is how far beyond each solution, in units of the distance between the two, the rise
    of the loss is compared.
    """

    low: float = Field(default=-1.0, ge=-100, le=100)
    """The lowest position."""
    high: float = Field(default=2.0, ge=-100, le=100)
    """The highest position."""
    count: int = Field(default=61, ge=2, le=1001)
    """How many positions are evenly spaced."""
    outward: float = Field(default=0.5, gt=0)
    """How far beyond each solution the rise of the loss is compared."""

    def contradictions(self) -> tuple[Finding, ...]:
        """A range that misses a solution, the places compared, or part of what is asked for."""
        low, high, out = self.low, self.high, self.outward
        given, remedy = f"α from {low:g} to {high:g}", "widen low and high"
        if not low <= 0 <= 1 <= high:
            cause = f"{given} misses a solution: they lie at 0 and 1"
            return (Finding("narrow-alpha-range", "alphas", cause, remedy),)
        if low > -out or high < 1 + out:
            cause = f"{given} misses {-out:g} or {1 + out:g}, which outward = {out:g} compares"
            return (Finding("narrow-alpha-range", "alphas", cause, f"{remedy}, or lower outward"),)
        if low > -1 or high < 2:
            cause = f"{given} covers less than [−1, 2]"
            return (Finding("narrow-alpha-range", "alphas", cause, remedy),)
        return ()

    def positions(self) -> tuple[float, ...]:
        """All values of α, increasing."""
        from experiments.measures.interpolation import grid

        always = (-self.outward, 0.0, 1.0, 1 + self.outward)
        return grid(self.low, self.high, self.count, always)


class Settings(TaskSettings):
    """Both solutions of every pair are trained with every seed and connected by lines.

    A seed determines the initial parameters and the order of the examples. Lines of the start
    `same` connect two solutions of one seed, which began at the same point; lines of the start
    `different` connect the first solution of a seed with the second one of the next seed (of the
    last with that of the first), so that every solution lies on one line of either kind.
    `training` holds what all approaches share; a pair gives batch sizes and learning rates.
    """

    data: ImageDataSettings
    """The images that are trained and tested on."""
    model: Network
    """The network."""
    training: Training
    """How every network is trained."""
    pairs: tuple[Pair, ...] = Field(min_length=1)
    """Pairs of approaches whose solutions a line connects."""
    alphas: Alphas = Alphas()
    """Positions on the line."""
    starts: tuple[Start, ...] = Field(default=("same", "different"), min_length=1)
    """Whether the two solutions of a line began at the same point."""
    seeds: tuple[int, ...] = Field(min_length=1)
    """Every network is trained once with each seed."""

    def approaches(self) -> tuple[Approach, ...]:
        """Every approach once."""
        return tuple(dict.fromkeys(a for pair in self.pairs for a in (pair.first, pair.second)))

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        shape, size, runs = image_shape(self.data), train_size(self.data), len(self.seeds)
        return tuple(
            Use(
                self.model,
                shape,
                approach.applied(changed(self.training, self.model.training)),
                size,
                True,
                runs=runs,
            )
            for approach in self.approaches()
        )

    def image_data(self) -> tuple[ImageDataSettings, ...]:
        """See `TaskSettings.image_data`."""
        return (self.data,)

    def contradictions(self) -> tuple[Finding, ...]:
        """Two solutions to connect, a line that holds them, enough seeds for a spread."""
        found = self.alphas.contradictions()
        for key in sorted({"batch_size", "learning_rate"} & self.training.model_fields_set):
            cause = "every approach of a pair has its own, so this one is never used"
            found += (Finding("", f"training.{key}", cause, "remove it"),)
        for number, pair in enumerate(self.pairs):
            if pair.first == pair.second:
                cause = "both approaches are the same"
                found += (Finding("", f"pairs.{number}", cause, "change one of them"),)
        if "different" in self.starts and len(self.seeds) < 2:
            cause = "solutions of different starts need two seeds"
            found += (Finding("", "starts", cause, 'add a seed or use starts = ["same"]'),)
        return found + too_few("too-few-seeds", "seeds", len(self.seeds), SEEDS, "seeds", SPREAD)

    def ends(self) -> tuple[tuple[Start, int, int], ...]:
        """Start and the two seeds of every line of a pair."""
        following = (*self.seeds[1:], self.seeds[0])
        seconds = {"same": self.seeds, "different": following}
        return tuple(
            (start, first, second)
            for start in self.starts
            for first, second in zip(self.seeds, seconds[start], strict=True)
        )

    def smoke(self) -> Self:
        """Few images, two epochs, two seeds, few positions; batches of at most half the images."""
        (data,) = smaller([self.data])
        ends = [side for pair in self.pairs for side in (pair.first, pair.second)]
        training, own, *changes = shorter(
            [self.training, self.model.training, *(side.training for side in ends)], 2
        )
        sides = iter(changes)
        given = (approach.batch_size for approach in self.approaches())
        batches = shrunk_batches(given, train_size(data) // 2)

        def shrunk(approach: Approach) -> Approach:
            return approach.model_copy(
                update={"batch_size": batches[approach.batch_size], "training": next(sides)}
            )

        return self.model_copy(
            update={
                "data": data,
                "training": training,
                "model": self.model.model_copy(update={"training": own}),
                "pairs": tuple(
                    Pair(first=shrunk(p.first), second=shrunk(p.second)) for p in self.pairs
                ),
                "alphas": self.alphas.model_copy(update={"count": min(self.alphas.count, 13)}),
                "seeds": self.seeds[:2],
            }
        )


def run(settings: Settings, context: Context) -> Measured:
    """Train the solutions, evaluate losses and accuracies along the lines."""
    problem = context.image_problem(settings.data)
    approaches = settings.approaches()
    runs = [
        Run(
            settings.model,
            approach.applied(changed(settings.training, settings.model.training)),
            problem,
            seed,
            observe=Observe(evaluations=1),
        )
        for approach in approaches
        for seed in settings.seeds
    ]
    trained = train(runs, context, label=f"interpolation, {problem.name}")
    keys = [(approach, seed) for approach in approaches for seed in settings.seeds]
    solutions = dict(zip(keys, trained, strict=True))
    alphas = settings.alphas.positions()
    advance = context.progress.start(
        "interpolation, lines", len(settings.pairs) * len(settings.ends())
    )
    lines = []
    for number, pair in enumerate(settings.pairs):
        for start, seed, second_seed in settings.ends():
            ends = (solutions[pair.first, seed], solutions[pair.second, second_seed])
            lines.append(
                rows.Line(
                    pair=number,
                    start=start,
                    first_batch_size=pair.first.batch_size,
                    first_learning_rate=pair.first.learning_rate,
                    first_seed=seed,
                    second_batch_size=pair.second.batch_size,
                    second_learning_rate=pair.second.learning_rate,
                    second_seed=second_seed,
                    **_measured(*ends, alphas, problem, context.device),
                )
            )
            advance(1)
    return Measured(
        metrics=rows.Metrics(
            alphas=alphas,
            outward=settings.alphas.outward,
            solutions=[
                rows.Solution(
                    batch_size=approach.batch_size,
                    learning_rate=approach.learning_rate,
                    parameter_norm=outcome.weights.double().norm().item(),
                    **vars(curves(outcome)),
                )
                for (approach, _), outcome in solutions.items()
            ],
            lines=lines,
        ),
        seeds=settings.seeds,
        diverged=any(outcome.diverged_at is not None for outcome in trained),
    )


def _measured(
    first: Trained,
    second: Trained,
    alphas: tuple[float, ...],
    problem: Problem,
    device: torch.device,
) -> dict[str, Any]:
    """What is measured on one line; None with the reason where a solution diverged."""
    from experiments.measures.interpolation import line
    from experiments.measures.rows import evaluate_rows

    splits: tuple[Split, ...] = ("train", "test")
    if first.diverged_at is not None or second.diverged_at is not None:
        return {"reason": "a solution of the pair diverged"}
    points = line(first.parameters, second.parameters, alphas)
    row: dict[str, Any] = {
        "distance": (second.weights.double() - first.weights.double()).norm().item()
    }
    for split in splits:
        found = evaluate_rows(
            first.run.network, problem, points, first.run.training.loss, split, device
        )
        row |= _measures(split, alphas, found)
    lost = any(row[f"{split}_barrier"] is None for split in splits)
    return row | {"reason": "a loss on the line is not finite" if lost else None}


def _measures(split: Split, alphas: tuple[float, ...], found: RowsEvaluation) -> dict[str, Any]:
    """Curves of one split and their barriers; None where a loss on the line overflows."""
    from experiments.measures.interpolation import barrier

    assert found.accuracy is not None
    top = barrier(alphas, found.loss)
    errors = barrier(alphas, [1 - accuracy for accuracy in found.accuracy])
    values = (
        rounded(found.loss),
        rounded(found.accuracy),
        finite(top.height),
        top.alpha,
        errors.height,
    )
    return {f"{split}_{name}": value for name, value in zip(MEASURED, values, strict=True)}
