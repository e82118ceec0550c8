"""HW1-3, bonus: three measures of sharpness, for the solutions of `sensitivity`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import Field

from experiments.data.image_settings import ImageDataSettings
from experiments.engine.context import Context
from experiments.engine.run import Run, Trained
from experiments.fingerprint.code import digest_of
from experiments.settings.consistency import Finding
from experiments.settings.strict import LATER
from experiments.tasks import sensitivity
from experiments.tasks.task import (
    Measured,
    TaskSettings,
    Use,
    finite,
    measure_key,
    rounded,
    train_size,
)
from experiments.tasks.training_approach import Approach
from report.records.rows import sharpness as rows

if TYPE_CHECKING:
    import torch

    from experiments.measures.landscape import Landscape

Epsilon = Annotated[float, Field(gt=0, le=1)]

FACTORS = (1.0, 2.0, 4.0, 8.0)
"""Rescalings of one solution; powers of two change no bit of the function."""


class Settings(TaskSettings):
    """What is measured at the solutions of `solutions`, by default those of the task sensitivity.

    Everything is measured on the mean loss over the first `images` training images (None: all).
    At `whole` of the solutions all is measured again over all training images, which shows the
    error of the sample. `epsilon`, `steps` and `starts` belong to the ε-sharpness, of which the
    first ε is the one that is compared, `eigenvalue_tolerance` (relative) to the largest Hessian
    eigenvalue, `trace_error` (relative standard error) and `trace_draws` (most
    draws) to the Hessian trace. `double` computes in float64.
    """

    embeds: ClassVar[Mapping[str, str]] = {"solutions": "sensitivity"}

    solutions: sensitivity.Settings
    """What is trained; by default, what `sensitivity` trains."""
    images: int | None = Field(default=None, ge=10)
    """Training images on whose loss everything is measured; null: all."""
    whole: Annotated[int, LATER] = Field(default=0, ge=0)
    """Solutions at which all training images are measured on as well."""
    epsilon: Epsilon | Annotated[tuple[Epsilon, ...], Field(min_length=1)] = 1e-3
    """Size of the neighborhood of the ε-sharpness, or several."""
    steps: int = Field(default=20, ge=1, le=1000)
    """Steps of the search for the ε-sharpness."""
    starts: int = Field(default=1, ge=0, le=100)
    """Random starts of the search for the ε-sharpness, beside the solution itself."""
    eigenvalue_tolerance: float = Field(default=1e-3, gt=0, lt=1)
    """Relative tolerance of the largest Hessian eigenvalue."""
    trace_error: float = Field(default=0.05, gt=0, lt=1)
    """Relative standard error of the Hessian trace."""
    trace_draws: int = Field(default=128, ge=2, le=100_000)
    """Draws for the trace at most."""
    double: bool = True
    """Whether it is computed in float64."""

    @property
    def epsilons(self) -> tuple[float, ...]:
        """Every ε; the first is the one that is compared."""
        return self.epsilon if isinstance(self.epsilon, tuple) else (self.epsilon,)

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        return self.solutions.uses()

    def image_data(self) -> tuple[ImageDataSettings, ...]:
        """See `TaskSettings.image_data`."""
        return self.solutions.image_data()

    def contradictions(self) -> tuple[Finding, ...]:
        """No more images than the solutions were trained on."""
        available = train_size(self.solutions.data)
        if self.images is None or self.images <= available:
            return ()
        cause = f"{self.images} images asked for, the solutions are trained on {available}"
        return (Finding("", "images", cause, "ask for fewer, or remove it for all"),)

    def smoke(self) -> Self:
        """The shrunk solutions, few images and draws; in float32 where images are the fewest."""
        solutions = self.solutions.smoke()
        most = max(10, train_size(solutions.data) // 5)
        return self.model_copy(
            update={
                "solutions": solutions,
                "images": min(self.images or 20, most),
                "double": self.double and most > 10,
                "steps": min(self.steps, 3),
                "whole": min(self.whole, 2),
                "starts": 0,
                "eigenvalue_tolerance": max(self.eigenvalue_tolerance, 0.1),
                "trace_draws": min(self.trace_draws, 4),
            }
        )


def run(settings: Settings, context: Context) -> Measured:
    """Take the solutions (trained or from the cache) and measure their sharpness."""
    from experiments.measures.rescaling import can_rescale

    found = sensitivity.solutions(settings.solutions, context)
    held = sensitivity.solutions(settings.solutions, context, equal_loss=True)
    first, size = found[0][1].run, train_size(settings.solutions.data)
    sample = _Measures(settings, context, first, settings.images or size)
    everything = _Measures(settings, context, first, size)
    done = [one for one in found if sensitivity.unsolved(one[1]) is None]
    factors = FACTORS if done and can_rescale(first.network) else ()
    changed = [_coordinates(done[0][1], factor) for factor in factors]
    for _, outcome in (*found, *held):
        sample.ask(outcome)
    for parameters in changed:
        sample.ask(done[0][1], parameters)
    for _, outcome in (chosen := _spread(done, settings.whole)):
        everything.ask(outcome)
    work = sample.work | everything.work
    advance = context.progress.start("sharpness, measuring", len(work))
    known = context.cache.each(work, advance=advance)

    def row(approach: Approach, outcome: Trained) -> dict[str, Any]:
        own = {"diverged_at": outcome.diverged_at, **_outcome(outcome)}
        return {**_training(approach, outcome), **own, **sample.found(known, outcome)}

    return Measured(
        metrics=rows.Metrics(
            images=min(settings.images or size, size),
            epsilons=settings.epsilons,
            solutions=[rows.Solution(**row(*one)) for one in found],
            equal_loss=[
                rows.EqualLoss(stopped_at=outcome.stopped_at, **row(approach, outcome))
                for approach, outcome in held
            ],
            whole=[
                rows.Whole(images=size, **_training(*one), **everything.found(known, one[1]))
                for one in chosen
            ],
            rescaling=[
                _rescaled(
                    *done[0],
                    parameters,
                    context,
                    {"factor": factor, **sample.found(known, done[0][1], parameters)},
                )
                for factor, parameters in zip(factors, changed, strict=True)
            ],
            rescaling_reason=None if factors else "no solution with a homogeneous activation",
        ),
        seeds=settings.solutions.seeds,
        diverged=any(outcome.diverged_at is not None for _, outcome in (*found, *held)),
    )


def _spread(solved: sensitivity.Solved, count: int) -> sensitivity.Solved:
    """So many of the solutions, from the first to the last at equal distances."""
    count = min(count, len(solved))
    return [solved[round(n * (len(solved) - 1) / max(count - 1, 1))] for n in range(count)]


def _training(approach: Approach, outcome: Trained) -> dict[str, Any]:
    """What tells the row of a solution from others."""
    return {**approach.values(), "seed": outcome.run.seed}


def _outcome(outcome: Trained) -> dict[str, Any]:
    """Losses, accuracies and generalization gaps of a solution; nothing where it diverged."""
    if outcome.diverged_at is not None:
        return {}
    train_loss, test_loss = outcome.history.train_loss[-1], outcome.history.test_loss[-1]
    train_accuracy, test_accuracy = outcome.train_accuracy[-1], outcome.test_accuracy[-1]
    return {
        "train_loss": train_loss,
        "test_loss": test_loss,
        "train_accuracy": train_accuracy,
        "test_accuracy": test_accuracy,
        "loss_gap": test_loss - train_loss,
        "accuracy_gap": train_accuracy - test_accuracy,
    }


@dataclass
class _Measures:
    """What is to be measured over the first `images` training images, by its key in the cache."""

    settings: Settings
    context: Context
    run: Run
    images: int
    work: dict[str, Callable[[], dict[str, Any]]] = field(default_factory=dict)

    @cached_property
    def landscape(self) -> Landscape:
        """The loss over these images."""
        import torch

        from experiments.measures.landscape import Landscape

        dtype = torch.float64 if self.settings.double else torch.float32
        run, device = self.run, self.context.device
        return Landscape(run.network, run.problem, run.training.loss, self.images, device, dtype)

    def ask(self, outcome: Trained, parameters: torch.Tensor | None = None) -> None:
        """Ask for the measures at the end of a run, or at other parameters of its network."""
        if sensitivity.unsolved(outcome) is None:
            at = outcome.parameters if parameters is None else parameters
            self.work[self._key(at)] = partial(self._measure, at)

    def found(
        self,
        known: Mapping[str, dict[str, Any]],
        outcome: Trained,
        parameters: torch.Tensor | None = None,
    ) -> dict[str, Any]:
        """What was asked for; the reason alone where there was no solution."""
        if reason := sensitivity.unsolved(outcome):
            return {"reason": reason}
        return known[self._key(outcome.parameters if parameters is None else parameters)]

    def _key(self, parameters: torch.Tensor) -> str:
        left_out = {"solutions", "acknowledge", "chosen", "whole", "images"}
        own = self.settings.model_dump(mode="json", exclude=left_out)
        return measure_key(digest_of(_measured), self.run, parameters, own, self.images)

    def _measure(self, parameters: torch.Tensor) -> dict[str, Any]:
        return _measured(parameters, self.landscape, self.settings, self.context)


def _measured(
    parameters: torch.Tensor, landscape: Landscape, settings: Settings, context: Context
) -> dict[str, Any]:
    """All measures at `parameters`, as columns of a row."""
    import torch

    from experiments.engine.randomness import generator
    from experiments.measures.sharpness import epsilon_sharpness, first_order_rise
    from experiments.measures.spectrum import largest_eigenvalue, trace_to_error

    dtype = torch.float64 if settings.double else torch.float32
    state = parameters.to(device=context.device, dtype=dtype)
    theta, value_and_gradient = landscape.trained(state), landscape.around(state)
    product = landscape.hessian_product(state)
    draw = generator(0, "sharpness")
    start = torch.randn(len(theta), generator=draw).to(theta)
    largest = largest_eigenvalue(product, start, tolerance=settings.eigenvalue_tolerance)
    estimate = trace_to_error(
        product, theta, draw, relative_error=settings.trace_error, most=settings.trace_draws
    )
    value, gradient = value_and_gradient(theta)
    highest = [
        epsilon_sharpness(
            value_and_gradient,
            theta,
            epsilon,
            steps=settings.steps,
            starts=settings.starts,
            generator=draw,
        )
        for epsilon in settings.epsilons
    ]
    measured = {
        "trace": finite(estimate.value),
        "trace_standard_error": finite(estimate.standard_error),
        "epsilon_sharpness": finite(highest[0]),
        "loss_on_images": finite(value),
        "gradient_norm": finite(gradient.double().norm().item()),
        "parameter_norm": finite(theta.double().norm().item()),
    }
    reasons = [f"{name} is not finite" for name, found in measured.items() if found is None]
    if largest is None:
        reasons.insert(0, "the eigenvalue iteration did not converge")
    whole = highest[0] * (1 + value) / 100
    slope = first_order_rise(gradient, theta, settings.epsilons[0])
    return {
        "largest_eigenvalue": largest,
        **measured,
        "by_epsilon": rounded(highest),
        "first_order": finite(slope / whole) if whole > 0 else None,
        "trace_draws": estimate.draws,
        "reason": "; ".join(reasons) or None,
    }


def _coordinates(outcome: Trained, factor: float) -> torch.Tensor:
    """The parameters of a solution in rescaled coordinates."""
    from experiments.measures.rescaling import rescaled

    return rescaled(outcome.run.network, outcome.run.problem.shape, outcome.parameters, factor)


def _rescaled(
    approach: Approach,
    outcome: Trained,
    parameters: torch.Tensor,
    context: Context,
    measured: dict[str, Any],
) -> rows.Rescaled:
    """What was measured of one solution in rescaled coordinates, with its test results."""
    from experiments.measures.rows import evaluate_rows

    run = outcome.run
    tested = evaluate_rows(
        run.network, run.problem, parameters.unsqueeze(0), run.training.loss, "test", context.device
    )
    return rows.Rescaled(
        test_loss=tested.loss[0],
        test_accuracy=None if tested.accuracy is None else tested.accuracy[0],
        **_training(approach, outcome),
        **measured,
    )
