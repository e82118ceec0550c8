"""What is kept of R runs in training: losses, snapshots, steps; carried over a kill."""

from typing import Any

import torch
from torch import Tensor

from experiments.engine.evaluate import evaluate
from experiments.engine.problem import Feed, Split
from experiments.engine.run import Run, evaluation_epochs
from experiments.models.stack import Ensemble
from experiments.settings.training import Loss


class Observed:
    """Histories (E, R) of losses and correct answers, snapshots (S, R, P), steps (T, 2, R)."""

    def __init__(self, run: Run, feed: Feed) -> None:
        self._feed = feed
        self._loss: Loss = run.training.loss
        self._evaluated = frozenset(evaluation_epochs(run.epochs, run.observe.evaluations))
        self._every, self._last = run.observe.snapshot_every, run.epochs
        self.epochs: list[int] = []
        self.history: dict[str, list[Tensor]] = {}
        self.snapshots: list[Tensor] = []
        self.steps: list[Tensor] = []

    def asks_for(self, epoch: int) -> bool:
        """Whether losses and accuracies are evaluated at this epoch."""
        return epoch in self._evaluated

    def evaluate(self, epoch: int, networks: Ensemble) -> Tensor:
        """Evaluate all runs on every split; whether the losses of each are finite, (R,)."""
        self.epochs.append(epoch)
        finite = torch.ones(self._feed.runs, dtype=torch.bool)
        for split in self._feed.splits:
            found = evaluate(networks, self._feed, split, self._loss)
            loss = found.loss.cpu()
            finite &= loss.isfinite()
            self.history.setdefault(f"{split}_loss", []).append(loss)
            if found.correct is not None:
                self.history.setdefault(f"{split}_correct", []).append(found.correct.cpu())
        return finite

    def train_loss(self, networks: Ensemble) -> Tensor:
        """Loss (R,) on the training set."""
        split: Split = "train"
        return evaluate(networks, self._feed, split, self._loss).loss

    def latest(self) -> dict[str, Tensor]:
        """What the last evaluation found, scalars (R,) by name."""
        return {name: values[-1] for name, values in self.history.items()}

    def snapshot(self, epoch: int, parameters: Tensor) -> None:
        """Keep the parameters where this epoch asks for it."""
        if self._every is not None and (epoch % self._every == 0 or epoch == self._last):
            self.snapshots.append(parameters.cpu().clone())

    def step(self, losses: Tensor, gradients: Tensor) -> None:
        """Keep the losses (R,) of a step and the norms of its gradients (R, P)."""
        self.steps.append(torch.stack([losses, gradients.norm(dim=1)]).cpu())

    def state(self) -> dict[str, Any]:
        """Everything, on the CPU."""
        return {
            "epochs": list(self.epochs),
            "history": {name: torch.stack(values) for name, values in self.history.items()},
            "snapshots": torch.stack(self.snapshots) if self.snapshots else None,
            "steps": torch.stack(self.steps) if self.steps else None,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a saved state; raises ValueError where its parts do not fit each other."""
        if any(len(values) != len(state["epochs"]) for values in state["history"].values()):
            raise ValueError("a history and its epochs differ in length")
        self.epochs = list(state["epochs"])
        self.history = {name: list(values) for name, values in state["history"].items()}
        self.snapshots = [] if state["snapshots"] is None else list(state["snapshots"])
        self.steps = [] if state["steps"] is None else list(state["steps"])
