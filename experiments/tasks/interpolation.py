"""HW1-3, flatness, part 1: the loss on the straight line through two solutions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from experiments.data.image_settings import ImageDataSettings
from experiments.engine.context import Context
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import train
from experiments.fingerprint.code import digest_of
from experiments.settings.change import changed
from experiments.settings.consistency import SPREAD, Finding, too_few
from experiments.settings.network import Network
from experiments.settings.strict import LATER
from experiments.settings.strict import Settings as Table
from experiments.settings.training import Training
from experiments.tasks.shrinking import MEASURING, shorter, shrunk_batches, smaller
from experiments.tasks.task import (
    Measured,
    TaskSettings,
    Use,
    curves,
    finite,
    image_shape,
    measure_key,
    rounded,
    train_size,
)
from experiments.tasks.training_approach import Approach
from report.records.record import digest
from report.records.rows import interpolation as rows

if TYPE_CHECKING:
    from experiments.engine.problem import Split
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


def _completed(pairs: tuple[Pair, ...], info: ValidationInfo) -> tuple[Pair, ...]:
    """The pairs with what a side leaves out taken from the training of its network."""
    training, model = info.data.get("training"), info.data.get("model")
    if training is None or model is None:
        return pairs
    common = changed(training, model.training)
    return tuple(
        Pair(first=pair.first.completed(common), second=pair.second.completed(common))
        for pair in pairs
    )


class Case(Table):
    """A network on one data set, and the pairs of approaches whose solutions are connected."""

    data: ImageDataSettings
    """The images that are trained and tested on."""
    model: Network
    """The network."""
    training: Training
    """How every network is trained."""
    pairs: tuple[Pair, ...] = Field(min_length=1)
    """Pairs of approaches whose solutions a line connects."""
    seeds: tuple[int, ...] = Field(min_length=1)
    """Every network is trained once with each seed."""

    @field_validator("pairs")
    @classmethod
    def _complete(cls, pairs: tuple[Pair, ...], info: ValidationInfo) -> tuple[Pair, ...]:
        return _completed(pairs, info)

    def approaches(self) -> tuple[Approach, ...]:
        """Every approach once."""
        return tuple(dict.fromkeys(a for pair in self.pairs for a in (pair.first, pair.second)))

    def trainings(self) -> tuple[Training, ...]:
        """The training of every approach."""
        common = changed(self.training, self.model.training)
        return tuple(approach.applied(common) for approach in self.approaches())

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        shape, size, runs = image_shape(self.data), train_size(self.data), len(self.seeds)
        return tuple(Use(self.model, shape, one, size, True, runs=runs) for one in self.trainings())

    def contradictions(self, at: str) -> tuple[Finding, ...]:
        """Two solutions to connect, enough seeds for a spread; keys begin with `at`."""
        found: tuple[Finding, ...] = ()
        for key in sorted({"batch_size", "learning_rate"} & self.training.model_fields_set):
            if all(getattr(a, key) != getattr(self.training, key) for a in self.approaches()):
                cause = "every approach of a pair has its own, so this one is never used"
                found += (Finding("", f"{at}training.{key}", cause, "remove it"),)
        for number, pair in enumerate(self.pairs):
            if pair.first == pair.second:
                cause = "both approaches are the same"
                found += (Finding("", f"{at}pairs.{number}", cause, "change one of them"),)
        few = too_few("too-few-seeds", f"{at}seeds", len(self.seeds), SEEDS, "seeds", SPREAD)
        return found + few

    def ends(self, starts: tuple[Start, ...]) -> tuple[tuple[Start, int, int], ...]:
        """Start and the two seeds of every line of a pair; one seed has no different starts."""
        following = (*self.seeds[1:], self.seeds[0]) if len(self.seeds) > 1 else ()
        seconds = {"same": self.seeds, "different": following}
        return tuple(
            (start, first, second)
            for start in starts
            for first, second in zip(self.seeds, seconds[start], strict=False)
        )


class Settings(TaskSettings):
    """Both solutions of every pair are trained with every seed and connected by lines.

    A seed determines the initial parameters and the order of the examples. Lines of the start
    `same` connect two solutions of one seed, which began at the same point; lines of the start
    `different` connect the first solution of a seed with the second one of the next seed (of the
    last with that of the first), so that every solution lies on one line of either kind.
    `training` holds what all approaches share; the sides of a pair say in what they differ.
    One data set stands in the task's own table; several stand in `cases`.
    """

    data: ImageDataSettings | None = None
    """The images that are trained and tested on."""
    model: Network | None = None
    """The network."""
    training: Training | None = None
    """How every network is trained."""
    pairs: tuple[Pair, ...] = ()
    """Pairs of approaches whose solutions a line connects."""
    seeds: tuple[int, ...] = ()
    """Every network is trained once with each seed."""
    cases: Annotated[tuple[Case, ...], LATER] = ()
    """Several data sets, each with its own `data`, `model`, `training`, `pairs` and `seeds`."""
    alphas: Alphas = Alphas()
    """Positions on the line."""
    starts: tuple[Start, ...] = Field(default=("same", "different"), min_length=1)
    """Whether the two solutions of a line began at the same point."""

    @field_validator("pairs")
    @classmethod
    def _complete(cls, pairs: tuple[Pair, ...], info: ValidationInfo) -> tuple[Pair, ...]:
        return _completed(pairs, info)

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        flat = [key for key in Case.model_fields if given.get(key) not in (None, (), [])]
        if given.get("cases") and flat:
            raise ValueError(
                f"{', '.join(flat)} beside cases: move into every case, or remove cases"
            )
        missing = [key for key in Case.model_fields if key not in flat]
        if missing and not given.get("cases"):
            raise ValueError(f"{', '.join(missing)} required and missing; or give cases")
        return given

    def listed(self) -> tuple[Case, ...]:
        """Every case; the task's own table is one."""
        own = {key: getattr(self, key) for key in Case.model_fields}
        return self.cases or (Case.model_construct(**own),)

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        return tuple(use for case in self.listed() for use in case.uses())

    def image_data(self) -> tuple[ImageDataSettings, ...]:
        """See `TaskSettings.image_data`."""
        return tuple(case.data for case in self.listed())

    def contradictions(self) -> tuple[Finding, ...]:
        """A line that holds both solutions, and what a case may have against it."""
        found = self.alphas.contradictions()
        for number, case in enumerate(self.listed()):
            found += case.contradictions(f"cases.{number}." if self.cases else "")
        if "different" in self.starts and min(len(case.seeds) for case in self.listed()) < 2:
            # Without lines of the start `same` nothing would be measured.
            name = "too-few-seeds" if "same" in self.starts else ""
            cause = (
                "one seed gives lines of a common start only; those of different starts need two"
            )
            found += (Finding(name, "starts", cause, 'add a seed or use starts = ["same"]'),)
        return found

    def smoke(self) -> Self:
        """Few images, two epochs, two seeds, few positions; batches of at most half the images."""
        cases = self.listed()
        data = smaller([case.data for case in cases], self.uses(), passes=MEASURING)
        shrunk = [_shrunk(case, few) for case, few in zip(cases, data, strict=True)]
        alphas = self.alphas.model_copy(update={"count": min(self.alphas.count, 13)})
        own = {"cases": tuple(shrunk)} if self.cases else vars(shrunk[0])
        return self.model_copy(update={**own, "alphas": alphas})


def _shrunk(case: Case, data: ImageDataSettings) -> Case:
    """The case on fewer images, with shorter trainings."""
    ends = [side for pair in case.pairs for side in (pair.first, pair.second)]
    training, own, *changes = shorter(
        [case.training, case.model.training, *(side.training for side in ends)], 2
    )
    sides = iter(changes)
    given = (approach.batch_size for approach in case.approaches())
    batches = shrunk_batches(given, train_size(data) // 2)

    def shrunk(approach: Approach) -> Approach:
        return approach.model_copy(
            update={"batch_size": batches[approach.batch_size], "training": next(sides)}
        )

    return case.model_copy(
        update={
            "data": data,
            "training": training,
            "model": case.model.model_copy(update={"training": own}),
            "pairs": tuple(
                Pair(first=shrunk(p.first), second=shrunk(p.second)) for p in case.pairs
            ),
            "seeds": case.seeds[:2],
        }
    )


def run(settings: Settings, context: Context) -> Measured:
    """Train the solutions, evaluate losses and accuracies along the lines."""
    cases = settings.listed()
    names = _names(cases)
    solved = [_solutions(case, context) for case in cases]
    alphas, outward = settings.alphas.positions(), settings.alphas.outward
    lines: list[tuple[dict[str, Any], str | None]] = []
    work: dict[str, Callable[[], dict[str, Any]]] = {}
    pairs = 0
    for case, name, solutions in zip(cases, names, solved, strict=True):
        for pair in case.pairs:
            for start, seed, second_seed in case.ends(settings.starts):
                ends = (solutions[pair.first, seed], solutions[pair.second, second_seed])
                own: dict[str, Any] = {
                    "case": name,
                    "pair": pairs,
                    "start": start,
                    "first_batch_size": pair.first.batch_size,
                    "first_learning_rate": pair.first.learning_rate,
                    "first_seed": seed,
                    "second_batch_size": pair.second.batch_size,
                    "second_learning_rate": pair.second.learning_rate,
                    "second_seed": second_seed,
                }
                key = None
                if all(end.diverged_at is None for end in ends):
                    bits = [measure_key("", one.run, one.parameters) for one in ends]
                    key = digest([digest_of(_measured), *bits, alphas, outward])
                    work[key] = partial(_measured, *ends, alphas, outward, context)
                lines.append((own, key))
            pairs += 1
    advance = context.progress.start("interpolation, lines", len(work))
    measured = context.cache.each(work, advance=advance)
    lost = {"reason": "a solution of the pair diverged"}
    return Measured(
        metrics=rows.Metrics(
            alphas=alphas,
            outward=outward,
            solutions=[
                rows.Solution(
                    case=name,
                    batch_size=approach.batch_size,
                    learning_rate=approach.learning_rate,
                    parameter_norm=outcome.weights.double().norm().item(),
                    **vars(curves(outcome)),
                )
                for name, solutions in zip(names, solved, strict=True)
                for (approach, _), outcome in solutions.items()
            ],
            lines=[
                rows.Line(**own, **(lost if key is None else measured[key])) for own, key in lines
            ],
        ),
        seeds=tuple(dict.fromkeys(seed for case in cases for seed in case.seeds)),
        diverged=any(one.diverged_at is not None for own in solved for one in own.values()),
    )


def _names(cases: Sequence[Case]) -> list[str]:
    """The data set of every case, with the network where cases share it, else with a number."""
    names = [case.data.facts.name for case in cases]
    if len(set(names)) < len(names):
        names = [f"{name}, {case.model.name}" for name, case in zip(names, cases, strict=True)]
    alike = [names[: place + 1].count(name) for place, name in enumerate(names)]
    return [
        f"{name} ({number})" if names.count(name) > 1 else name
        for name, number in zip(names, alike, strict=True)
    ]


def _solutions(case: Case, context: Context) -> dict[tuple[Approach, int], Trained]:
    """Every approach of a case trained with every seed."""
    problem = context.image_problem(case.data)
    keys = [(approach, seed) for approach in case.approaches() for seed in case.seeds]
    runs = [
        Run(case.model, training, problem, seed, observe=Observe(evaluations=1))
        for training in case.trainings()
        for seed in case.seeds
    ]
    trained = train(runs, context, label=f"interpolation, {problem.name}")
    return dict(zip(keys, trained, strict=True))


def _measured(
    first: Trained,
    second: Trained,
    alphas: tuple[float, ...],
    outward: float,
    context: Context,
) -> dict[str, Any]:
    """What is measured on one line; None with the reason where a loss is not finite."""
    from experiments.measures.interpolation import line, relative
    from experiments.measures.rows import RowsEvaluation, evaluate_rows

    norms = [one.weights.double().norm().item() for one in (first, second)]
    beyond = relative(outward, *norms)
    points = line(first.parameters, second.parameters, (*alphas, *beyond))
    row: dict[str, Any] = {
        "distance": (second.weights.double() - first.weights.double()).norm().item()
    }
    splits: tuple[Split, ...] = ("train", "test")
    count = len(alphas)
    for split in splits:
        given = points if split == "train" else points[:count]
        run, problem = first.run, first.run.problem
        found = evaluate_rows(run.network, problem, given, run.training.loss, split, context.device)
        assert found.accuracy is not None
        row |= _measures(split, alphas, RowsEvaluation(found.loss[:count], found.accuracy[:count]))
        if split == "train":
            before, after = (found.loss[alphas.index(alpha)] for alpha in (0.0, 1.0))
            row["first_relative_growth"] = finite((1 + found.loss[count]) / (1 + before))
            row["second_relative_growth"] = finite((1 + found.loss[count + 1]) / (1 + after))
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
