"""Training of one group: R runs of one shape, step by step, resumable at every epoch."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from experiments.engine.augmentation import Augmenter
from experiments.engine.evaluate import evaluate
from experiments.engine.losses import mean_losses
from experiments.engine.optimizers import apply_schedule, optimizer_for
from experiments.engine.precision import bfloat16_pays
from experiments.engine.problem import Feed, Split
from experiments.engine.randomness import generator
from experiments.engine.run import Run, evaluation_epochs
from experiments.models.build import initial_parameters
from experiments.models.stack import ensemble


class GroupTraining:
    """The state of R runs in training; `state` and `restore` carry it over a kill."""

    def __init__(self, runs: Sequence[Run], device: torch.device) -> None:
        first = runs[0]
        self._training = first.training
        self._observe = first.observe
        self._feed = Feed(
            [run.problem for run in runs], device, torch.float64 if first.double else torch.float32
        )
        shape = first.problem.shape
        self.epoch = 0
        self._seconds, self._resumed = 0.0, time.monotonic()
        self._parameters = torch.stack(
            [initial_parameters(r.network, shape, generator(r.seed, "weights")) for r in runs]
        ).to(device=device, dtype=self._feed.dtype)
        self._final = self._parameters.clone()
        low = self._training.precision == "bfloat16" and not first.double
        self._ensemble = ensemble(
            first.network,
            shape,
            self._parameters,
            bfloat16=low and bfloat16_pays(device),
            noise=generator(first.seed, "noise"),
        )
        self._optimizer = optimizer_for(
            self._ensemble.trained, self._ensemble.gradients, [run.training for run in runs]
        )
        self._orders = [generator(run.seed, "order") for run in runs]
        augmentation = self._training.augmentation
        self._augment = Augmenter(augmentation, [r.seed for r in runs]) if augmentation else None
        self._evaluated = evaluation_epochs(self._training.epochs, self._observe.evaluations)
        count = len(runs)
        self._previous = torch.full((count,), torch.inf, device=device, dtype=self._feed.dtype)
        self._calm = torch.zeros(count, dtype=torch.int64, device=device)
        self._ended = torch.full((count,), -1, dtype=torch.int64, device=device)
        self._history: dict[str, list[Tensor]] = {
            name: [] for name in ("train_loss", "test_loss", "train_correct", "test_correct")
        }
        self._history_epochs: list[int] = []
        self._snapshots: list[Tensor] = []
        self._steps: list[Tensor] = []
        self._evaluated_by: Callable[[int, Mapping[str, Tensor]], None] | None = None
        self._full: tuple[Tensor, Tensor] | None = None
        if self._training.batch_size is None:
            self._full = next(self._feed.chunks("train", self._feed.size("train")))

    def finish(
        self,
        *,
        save: Callable[[dict[str, Any]], None],
        save_every: float,
        advance: Callable[[int], None],
        evaluated: Callable[[int, Mapping[str, Tensor]], None] | None = None,
    ) -> None:
        """Train from where the state stands to the end, saving at intervals and at the end.

        Args:
            save: keeps a state.
            save_every: seconds between two saves.
            advance: told the number of epochs done.
            evaluated: told the epoch and what was measured there, scalars (R,) by name.
        """
        self._evaluated_by = evaluated
        self._resumed = time.monotonic()
        if self.epoch == 0 and not self._history_epochs:
            self._look()
        saved = time.monotonic()
        last = self._training.epochs
        if self.epoch == last:
            return
        while self.epoch < last:
            self._train_epoch()
            self.epoch += 1
            apply_schedule(self._optimizer, self._training, self.epoch)
            self._look()
            advance(1)
            if time.monotonic() - saved > save_every and self.epoch < last:
                save(self.state())
                saved = time.monotonic()
            if self.epoch % 64 == 0 and self._training.stop and bool((self._ended >= 0).all()):
                advance(last - self.epoch)
                break
        self._settle()
        self.epoch = last
        save(self.state())

    def _train_epoch(self) -> None:
        total: Tensor | None = None
        for inputs, targets in self._batches():
            losses = mean_losses(
                self._training.loss, self._ensemble(inputs, training=True), targets
            )
            self._ensemble.backward(losses)
            if self._observe.steps:
                norms = self._ensemble.gradients.norm(dim=1)
                self._steps.append(torch.stack([losses.detach(), norms]).cpu())
            self._optimizer.step()
            weighted = losses.detach() * targets.shape[1]
            total = weighted if total is None else total + weighted
        if self._training.stop is not None and total is not None:
            self._apply_stop(total / self._feed.size("train"))

    def _batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        if self._full is not None:
            yield self._full
            return
        size = self._feed.size("train")
        order = torch.stack([torch.randperm(size, generator=g) for g in self._orders])
        order = order.to(self._feed.device)
        step = self._training.batch_size or size
        for start in range(0, size, step):
            yield self._feed.batch(order[:, start : start + step], self._augment)

    def _apply_stop(self, losses: Tensor) -> None:
        """End the runs whose loss has been calm for long enough; keep their parameters."""
        stop = self._training.stop
        assert stop is not None
        calm = (losses - self._previous).abs() < stop.min_change
        self._previous = losses
        self._calm = torch.where(calm, self._calm + 1, 0)
        ending = (self._calm >= stop.patience) & (self._ended < 0)
        self._ended = torch.where(ending, self.epoch + 1, self._ended)
        self._final = torch.where(ending.unsqueeze(1), self._parameters, self._final)

    def _settle(self) -> None:
        """Where a stopping rule may have ended runs, a last evaluation at their own ends."""
        if self._training.stop is not None:
            self._parameters.copy_(self._final)
            self._evaluate()

    def _look(self) -> None:
        """Evaluate and take snapshots where this epoch asks for it."""
        if self.epoch in self._evaluated:
            self._evaluate()
        every = self._observe.snapshot_every
        if every is not None and (self.epoch % every == 0 or self.epoch == self._training.epochs):
            self._snapshots.append(self._parameters.cpu().clone())

    def _evaluate(self) -> None:
        self._history_epochs.append(self.epoch)
        splits: tuple[Split, ...] = ("train", "test")
        for split in splits:
            found = evaluate(self._ensemble, self._feed, split, self._training.loss)
            self._history[f"{split}_loss"].append(found.loss.cpu())
            if found.correct is not None:
                self._history[f"{split}_correct"].append(found.correct.cpu())
        if self._evaluated_by is not None:
            self._evaluated_by(self.epoch, {k: v[-1] for k, v in self._history.items() if v})
        # A diverged run keeps the parameters of its last finite evaluation.
        losses = torch.stack([self._history[f"{split}_loss"][-1] for split in splits])
        finite = losses.isfinite().all(dim=0)
        keep = finite.to(self._parameters.device) & (self._ended < 0)
        self._final = torch.where(keep.unsqueeze(1), self._parameters, self._final)

    def state(self) -> dict[str, Any]:
        """Everything needed to go on from here, or to read the outcome."""
        return {
            "epoch": self.epoch,
            "seconds": self._seconds + time.monotonic() - self._resumed,
            "parameters": self._parameters.cpu(),
            "final": self._final.cpu(),
            "optimizer": self._optimizer.state_dict(),
            "orders": [g.get_state() for g in self._orders],
            "noise": self._ensemble.noise(),
            "augmentation": self._augment.state() if self._augment else [],
            "previous": self._previous.cpu(),
            "calm": self._calm.cpu(),
            "ended": self._ended.cpu(),
            "history_epochs": list(self._history_epochs),
            "history": {k: torch.stack(v) for k, v in self._history.items() if v},
            "snapshots": torch.stack(self._snapshots) if self._snapshots else None,
            "steps": torch.stack(self._steps) if self._steps else None,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        device = self._feed.device
        self.epoch = state["epoch"]
        self._seconds = state["seconds"]
        self._parameters.copy_(state["parameters"])
        self._final = state["final"].to(device)
        self._optimizer.load_state_dict(state["optimizer"])
        for order, saved in zip(self._orders, state["orders"], strict=True):
            order.set_state(saved)
        self._ensemble.restore_noise(state["noise"])
        if self._augment:
            self._augment.restore(state["augmentation"])
        self._previous = state["previous"].to(device)
        self._calm = state["calm"].to(device)
        self._ended = state["ended"].to(device)
        self._history_epochs = list(state["history_epochs"])
        for name, values in state["history"].items():
            self._history[name] = list(values)
        self._snapshots = list(state["snapshots"]) if state["snapshots"] is not None else []
        self._steps = list(state["steps"]) if state["steps"] is not None else []
