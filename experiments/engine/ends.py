"""Where each run of a stack ends: at the last epoch, by its stopping rule, or by diverging.

A stack trains on until its last run has ended. What a run does behind its own end counts nowhere.
"""

from typing import Any

import torch
from torch import Tensor

from experiments.settings.training import Stop


class Ends:
    """The state of R runs: going on, stopped, or diverged, and the parameters that count.

    A run ends once: one that has stopped cannot diverge later, one that has diverged cannot stop.

    Attributes:
        stopped, diverged: (R,) epochs at which a run stopped, or was found diverged; −1 for no.
    """

    def __init__(self, rule: Stop | None, parameters: Tensor) -> None:
        count, device = len(parameters), parameters.device
        self._rule = rule
        self.stopped = torch.full((count,), -1, dtype=torch.int64, device=device)
        self.diverged = self.stopped.clone()
        self._finite = parameters.clone()
        self._at_stop = self._finite
        self._previous = torch.full((count,), torch.inf, device=device, dtype=parameters.dtype)
        self._calm = torch.zeros(count, dtype=torch.int64, device=device)

    @property
    def parameters(self) -> Tensor:
        """(R, P): of a stopped run those at its end, else those of its last finite evaluation."""
        return torch.where((self.stopped >= 0).unsqueeze(1), self._at_stop, self._finite)

    @property
    def looks_at_loss(self) -> bool:
        """Whether the rule needs the loss on the training set at every epoch's end."""
        return self._rule is not None and self._rule.loss is not None

    @property
    def all_stopped(self) -> bool:
        """Whether no run needs another step; on a GPU, asking waits for it."""
        return self._rule is not None and bool((self.stopped >= 0).all())

    def look(self, epoch: int, mean: Tensor, loss: Tensor | None, parameters: Tensor) -> None:
        """Apply the stopping rule after `epoch` epochs.

        Args:
            epoch: number of epochs done.
            mean: loss (R,), the mean over the epoch's batches.
            loss: (R,) on the training set now, where the rule `looks_at_loss`.
            parameters: (R, P).
        """
        rule = self._rule
        if rule is None:
            return
        ending = torch.zeros_like(self._calm, dtype=torch.bool)
        if rule.min_change is not None:
            calm = (mean - self._previous).abs() < rule.min_change
            self._previous = mean
            self._calm = torch.where(calm, self._calm + 1, 0)
            ending |= self._calm >= rule.patience
        if rule.loss is not None and loss is not None:
            ending |= loss <= rule.loss
        ending &= (self.stopped < 0) & (self.diverged < 0)
        self.stopped = torch.where(ending, epoch, self.stopped)
        self._at_stop = torch.where(ending.unsqueeze(1), parameters, self._at_stop)

    def evaluated(self, epoch: int, finite: Tensor, parameters: Tensor) -> None:
        """Take note of an evaluation: whether all losses of each run were `finite`, (R,) bool."""
        going = (self.stopped < 0) & (self.diverged < 0)
        finite = finite.to(going.device)
        self.diverged = torch.where(going & ~finite, epoch, self.diverged)
        self._finite = torch.where((going & finite).unsqueeze(1), parameters, self._finite)

    def settled(self, finite: Tensor) -> None:
        """Take note of the evaluation of `parameters`: a run that stopped where its losses are not
        finite has diverged there."""
        bad = (self.stopped >= 0) & ~finite.to(self.stopped.device)
        self.diverged = torch.where(bad, self.stopped, self.diverged)
        self.stopped = torch.where(bad, -1, self.stopped)

    def state(self) -> dict[str, Any]:
        """Everything, on the CPU."""
        return {name: getattr(self, name).cpu() for name in _KEPT}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        for name in _KEPT:
            setattr(self, name, state[name].to(self.stopped.device))


_KEPT = ("stopped", "diverged", "_finite", "_at_stop", "_previous", "_calm")
