"""One training asked for, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from experiments.settings.network import Network, parameter_count
from experiments.settings.training import Training

if TYPE_CHECKING:
    from torch import Tensor

    from experiments.engine.problem import Problem


@dataclass(frozen=True)
class Observe:
    """What to keep beside the final parameters.

    Attributes:
        evaluations: about how many times losses and accuracies are evaluated (always at epoch 0
            and at the last); each epoch if there are no more epochs than that.
        snapshot_every: keep the parameters every so many epochs (and at 0), null for never.
        steps: keep loss and gradient norm of every step.
    """

    evaluations: int = 100
    snapshot_every: int | None = None
    steps: bool = False


@dataclass(frozen=True)
class Run:
    """One network, one training, one seed, one problem."""

    network: Network
    training: Training
    problem: Problem
    seed: int
    double: bool = False
    observe: Observe = field(default_factory=Observe)

    @property
    def epochs(self) -> int:
        """Number of epochs, the last one begun included."""
        return self.training.epochs_of(len(self.problem.inputs))

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps of an epoch."""
        return self.training.steps_per_epoch(len(self.problem.inputs))

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole training."""
        return self.training.steps or self.epochs * self.steps_per_epoch


@dataclass(frozen=True)
class History:
    """Losses and numbers of correct answers at the evaluated epochs, on the whole of each set.

    Accuracies are correct / N; the numbers of correct answers are empty for regression, and what
    is of the validation set where there is none.
    """

    epochs: tuple[int, ...]
    train_loss: tuple[float, ...]
    test_loss: tuple[float, ...]
    train_correct: tuple[int, ...] = ()
    test_correct: tuple[int, ...] = ()
    validation_loss: tuple[float, ...] = ()
    validation_correct: tuple[int, ...] = ()


@dataclass(frozen=True)
class Steps:
    """Loss and L2 gradient norm of each step's batch, at the parameters before the step, (S,)."""

    loss: Tensor
    gradient_norm: Tensor


@dataclass(frozen=True)
class Trained:
    """The outcome of a run.

    Attributes:
        parameters: the state (P + Q,), see `experiments.models.state`, on the CPU, at the end (for
            a diverged run, at the last evaluation before).
        history: up to the end, or to the last finite evaluation.
        diverged_at: epoch at which a loss was found not finite, or null.
        stopped_at: epoch at which the stopping rule ended the run, or null.
        snapshots: (S, P + Q), of the epochs `snapshot_epochs`.
    """

    run: Run
    parameters: Tensor
    history: History
    diverged_at: int | None = None
    stopped_at: int | None = None
    snapshots: Tensor | None = None
    snapshot_epochs: tuple[int, ...] = ()
    steps: Steps | None = None

    @property
    def weights(self) -> Tensor:
        """The trained parameters alone, (P,)."""
        return self.parameters[: parameter_count(self.run.network, self.run.problem.shape)]

    @property
    def train_accuracy(self) -> tuple[float, ...]:
        """Share of correct training answers at each evaluated epoch."""
        return tuple(c / len(self.run.problem.targets) for c in self.history.train_correct)

    @property
    def test_accuracy(self) -> tuple[float, ...]:
        """Share of correct test answers at each evaluated epoch."""
        return tuple(c / len(self.run.problem.test_targets) for c in self.history.test_correct)

    @property
    def validation_accuracy(self) -> tuple[float, ...]:
        """Share of correct validation answers at each evaluated epoch; empty without any."""
        targets = self.run.problem.validation_targets
        if targets is None:
            return ()
        return tuple(c / len(targets) for c in self.history.validation_correct)


def evaluation_epochs(epochs: int, evaluations: int) -> tuple[int, ...]:
    """Epochs at which a run is evaluated: 0, the last, and about `evaluations` between them.

    Half of them are spread evenly and half geometrically where not every epoch is evaluated, so
    that the first steep part of a long training shows too.
    """
    if epochs <= evaluations:
        return tuple(range(epochs + 1))
    half = max(evaluations // 2, 1)
    even = {round(epochs * i / half) for i in range(half + 1)}
    geometric = {round(epochs ** (i / half)) for i in range(half + 1)}
    return tuple(sorted(even | geometric | {0, epochs}))
