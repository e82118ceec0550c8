"""HW1-3, bonus: three measures of sharpness, for the solutions of `sensitivity`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import Field

from experiments.data.image_settings import ImageDataSettings
from experiments.engine.context import Context
from experiments.engine.run import Trained
from experiments.fingerprint.code import digest_of
from experiments.settings.consistency import Finding
from experiments.tasks import sensitivity
from experiments.tasks.task import Measured, TaskSettings, Use, finite, train_size
from report.records.record import digest
from report.records.rows import sharpness as rows

if TYPE_CHECKING:
    import torch

    from experiments.measures.landscape import Landscape


FACTORS = (1.0, 2.0, 4.0, 8.0)
"""Rescalings of one solution; powers of two change no bit of the function."""


class Settings(TaskSettings):
    """What is measured at the solutions of `solutions`, by default those of the task sensitivity.

    Everything is measured on the mean loss over the first `images` training images (None: all).
    `epsilon`, `steps` and `starts` belong to the ε-sharpness, `eigenvalue_tolerance` (relative) to
    the largest Hessian eigenvalue, `trace_error` (relative standard error) and `trace_draws` (most
    draws) to the Hessian trace. `double` computes in float64.
    """

    embeds: ClassVar[Mapping[str, str]] = {"solutions": "sensitivity"}

    solutions: sensitivity.Settings
    """What is trained; by default, what `sensitivity` trains."""
    images: int | None = Field(default=None, ge=10)
    """Training images on whose loss everything is measured; null: all."""
    epsilon: float = Field(default=1e-3, gt=0, le=1)
    """Size of the neighborhood of the ε-sharpness."""
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
        """The shrunk solutions, few images and draws."""
        return self.model_copy(
            update={
                "solutions": self.solutions.smoke(),
                "images": min(self.images or 20, 20),
                "steps": min(self.steps, 3),
                "starts": 0,
                "eigenvalue_tolerance": max(self.eigenvalue_tolerance, 0.1),
                "trace_draws": min(self.trace_draws, 4),
            }
        )


def run(settings: Settings, context: Context) -> Measured:
    """Take the solutions (trained or from the cache) and measure their sharpness."""
    import torch

    from experiments.measures.landscape import Landscape
    from experiments.measures.rescaling import can_rescale

    found = sensitivity.solutions(settings.solutions, context)
    first = found[0][1].run
    landscape = Landscape(
        first.network,
        first.problem,
        first.training.loss,
        settings.images or train_size(settings.solutions.data),
        context.device,
        torch.float64 if settings.double else torch.float32,
    )
    advance = context.progress.start("sharpness, measuring", len(found) + len(FACTORS))
    measured = []
    for approach, outcome in found:
        measured.append(
            rows.Solution(
                batch_size=approach.batch_size,
                learning_rate=approach.learning_rate,
                seed=outcome.run.seed,
                diverged_at=outcome.diverged_at,
                **_outcome(outcome),
                **_sharpness(outcome, outcome.parameters, landscape, settings, context),
            )
        )
        advance(1)
    done = [outcome for _, outcome in found if outcome.diverged_at is None]
    rescaling: list[rows.Rescaled] = []
    if done and can_rescale(first.network):
        rescaling = [_rescaled(done[0], c, landscape, settings, context) for c in FACTORS]
    advance(len(FACTORS))
    return Measured(
        metrics=rows.Metrics(
            images=landscape.examples,
            solutions=measured,
            rescaling=rescaling,
            rescaling_reason=None if rescaling else "no solution with a homogeneous activation",
        ),
        seeds=settings.solutions.seeds,
        diverged=len(done) < len(found),
    )


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


def _sharpness(
    outcome: Trained,
    parameters: torch.Tensor,
    landscape: Landscape,
    settings: Settings,
    context: Context,
) -> dict[str, Any]:
    """The three measures at `parameters` of the network; the reason where `outcome` diverged."""
    if outcome.diverged_at is not None:
        return {"reason": f"diverged at epoch {outcome.diverged_at}"}
    own = settings.model_dump(mode="json", exclude={"solutions", "acknowledge", "chosen"})
    key = digest(
        [
            "sharpness",
            digest_of(run),
            own,
            outcome.run.problem.digest,
            outcome.run.network.model_dump(mode="json"),
            hashlib.sha256(parameters.numpy().tobytes()).hexdigest(),
        ]
    )
    measure = partial(_measure, parameters, landscape, settings, context)
    return context.cache.once(key, measure)


def _measure(
    parameters: torch.Tensor, landscape: Landscape, settings: Settings, context: Context
) -> dict[str, Any]:
    import torch

    from experiments.engine.randomness import generator
    from experiments.measures.sharpness import epsilon_sharpness
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
    highest = epsilon_sharpness(
        value_and_gradient,
        theta,
        settings.epsilon,
        steps=settings.steps,
        starts=settings.starts,
        generator=draw,
    )
    measured = {
        "trace": finite(estimate.value),
        "trace_standard_error": finite(estimate.standard_error),
        "epsilon_sharpness": finite(highest),
        "loss_on_images": finite(value),
        "gradient_norm": finite(gradient.double().norm().item()),
        "parameter_norm": finite(theta.double().norm().item()),
    }
    reasons = [f"{name} is not finite" for name, found in measured.items() if found is None]
    if largest is None:
        reasons.insert(0, "the eigenvalue iteration did not converge")
    return {
        "largest_eigenvalue": largest,
        **measured,
        "trace_draws": estimate.draws,
        "reason": "; ".join(reasons) or None,
    }


def _rescaled(
    outcome: Trained, factor: float, landscape: Landscape, settings: Settings, context: Context
) -> rows.Rescaled:
    """Sharpness and test results of one solution in rescaled coordinates."""
    from experiments.measures.rescaling import rescaled
    from experiments.measures.rows import evaluate_rows

    run = outcome.run
    parameters = rescaled(run.network, run.problem.shape, outcome.parameters, factor)
    tested = evaluate_rows(
        run.network, run.problem, parameters.unsqueeze(0), run.training.loss, "test", context.device
    )
    return rows.Rescaled(
        factor=factor,
        batch_size=run.training.batch_size,
        learning_rate=run.training.learning_rate,
        seed=run.seed,
        test_loss=tested.loss[0],
        test_accuracy=None if tested.accuracy is None else tested.accuracy[0],
        **_sharpness(outcome, parameters, landscape, settings, context),
    )
