"""Training of one group: R runs of one shape, step by step, resumable at every epoch."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from experiments.engine.augmentation import Augmenter
from experiments.engine.clip import clip
from experiments.engine.ends import Ends
from experiments.engine.losses import example_losses
from experiments.engine.observed import Observed
from experiments.engine.optimizers import RowOptimizer
from experiments.engine.precision import bfloat16_pays
from experiments.engine.problem import Feed
from experiments.engine.randomness import generator
from experiments.engine.run import Run
from experiments.models.build import initial_parameters
from experiments.models.layout import prefers_channels_last
from experiments.models.stack import ensemble

ASK_EVERY = 64
"""Epochs between two looks whether all runs have stopped: on a GPU, each look waits for it."""

Told = Callable[[int, Mapping[str, Tensor]], None]
"""Takes an epoch and what was measured there, scalars (R,) by name."""


class GroupTraining:
    """The state of R runs in training; `state` and `restore` carry it over a kill."""

    def __init__(self, runs: Sequence[Run], device: torch.device) -> None:
        first = runs[0]
        training, shape = first.training, first.problem.shape
        self._run, self._training = first, training
        self._feed = Feed(
            [run.problem for run in runs],
            device,
            torch.float64 if first.double else torch.float32,
            channels_last=prefers_channels_last(first.network),
        )
        self._rows = torch.stack(
            [initial_parameters(r.network, shape, generator(r.seed, "weights")) for r in runs]
        ).to(device=device, dtype=self._feed.dtype)
        low = training.precision == "bfloat16" and not first.double and bfloat16_pays(device)
        self._networks = ensemble(
            first.network, shape, self._rows, bfloat16=low, noise=generator(first.seed, "noise")
        )
        by_step = training.schedule is not None and training.schedule.interval == "step"
        self._optimizer = RowOptimizer(
            self._networks.trained,
            self._networks.gradients,
            [run.training for run in runs],
            first.steps if by_step else first.epochs,
        )
        self._schedule_by_step = by_step
        self._orders = [generator(run.seed, "order") for run in runs]
        augmentation = training.augmentation
        self._augment = Augmenter(augmentation, [r.seed for r in runs]) if augmentation else None
        self._ends = Ends(training.stop, self._rows)
        self._observed = Observed(first, self._feed)
        self._full: tuple[Tensor, Tensor] | None = None
        if training.batch_size is None:
            self._full = next(self._feed.chunks("train", self._feed.size("train")))
        self.epoch = 0
        self._seconds, self._resumed = 0.0, time.monotonic()

    def finish(
        self,
        *,
        save: Callable[[dict[str, Any]], None],
        save_every: float,
        advance: Callable[[int], None],
        evaluated: Told | None = None,
    ) -> None:
        """Train from where the state stands to the end, saving at intervals and at the end.

        Args:
            save: keeps a state.
            save_every: seconds between two saves.
            advance: told the number of epochs done.
            evaluated: told what every evaluation finds.
        """
        networks, optimizer, ends = self._networks, self._optimizer, self._ends
        last = self._run.epochs
        self._resumed = saved = time.monotonic()
        if self.epoch == 0 and not self._observed.epochs:
            self._look(evaluated)
        elif self.epoch == last:
            return
        while self.epoch < last:
            total, seen = torch.zeros_like(ends.stopped, dtype=self._feed.dtype), 0
            for inputs, targets in self._batches():
                losses = self._gradients(inputs, targets)
                if self._run.observe.steps:
                    self._observed.step(losses, networks.gradients)
                clip(networks.gradients, self._training.clip)
                optimizer.step(losses, again=partial(self._gradients, inputs, targets))
                if self._schedule_by_step:
                    optimizer.schedule()
                total += losses * targets.shape[1]
                seen += targets.shape[1]
            self.epoch += 1
            mean = total / seen
            loss = self._observed.train_loss(networks) if ends.looks_at_loss else None
            ends.look(self.epoch, mean, loss, self._rows)
            if not self._schedule_by_step:
                optimizer.schedule(mean)
            self._look(evaluated)
            advance(1)
            if time.monotonic() - saved > save_every and self.epoch < last:
                save(self.state())
                saved = time.monotonic()
            if self.epoch % ASK_EVERY == 0 and ends.all_stopped:
                advance(last - self.epoch)
                break
        self._settle(evaluated)
        self.epoch = last
        save(self.state())

    def _batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches of an epoch; fewer where the training's steps end within it."""
        steps = self._run.steps - self.epoch * self._run.steps_per_epoch
        return islice(self._whole_epoch(), steps)

    def _whole_epoch(self) -> Iterator[tuple[Tensor, Tensor]]:
        if self._full is not None:
            yield self._full
            return
        size = self._feed.size("train")
        order = torch.stack([torch.randperm(size, generator=g) for g in self._orders])
        order = order.to(self._feed.device)
        step = self._training.batch_size or size
        for start in range(0, size, step):
            yield self._feed.batch(order[:, start : start + step], self._augment)

    def _gradients(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Mean losses (R,) of a batch; the networks' gradients are theirs afterwards.

        The batch is computed in parts whose activations fit the caches, and the gradients added.
        """
        count = targets.shape[1]
        parts = 1 if self._networks.mixes else -(-count // self._networks.part)
        part = -(-count // parts)
        total: Tensor | None = None
        for x, y in zip(inputs.split(part, 1), targets.split(part, 1), strict=True):
            outputs = self._networks(self._feed.prepared(x), training=True)
            losses = example_losses(self._training.loss, outputs, y).sum(dim=1) / count
            self._networks.backward(losses, add=total is not None)
            total = losses.detach() if total is None else total + losses.detach()
        assert total is not None
        return total

    def _look(self, told: Told | None) -> None:
        """Evaluate and take snapshots where this epoch asks for it."""
        if self._observed.asks_for(self.epoch):
            finite = self._observed.evaluate(self.epoch, self._networks)
            self._ends.evaluated(self.epoch, finite, self._rows)
            if told is not None:
                told(self.epoch, self._observed.latest())
        self._observed.snapshot(self.epoch, self._rows)

    def _settle(self, told: Told | None) -> None:
        """Where a stopping rule may have ended runs, a last evaluation at their own ends."""
        if self._training.stop is None:
            return
        self._rows.copy_(self._ends.parameters)
        self._ends.settled(self._observed.evaluate(self.epoch, self._networks))
        if told is not None:
            told(self.epoch, self._observed.latest())

    def state(self) -> dict[str, Any]:
        """Everything needed to go on from here, or to read the outcome."""
        return {
            "epoch": self.epoch,
            "seconds": self._seconds + time.monotonic() - self._resumed,
            "rows": self._rows.cpu(),
            "parameters": self._ends.parameters.cpu(),
            "optimizer": self._optimizer.state(),
            "orders": [g.get_state() for g in self._orders],
            "augmentation": self._augment.state() if self._augment else [],
            "noise": self._networks.noise(),
            "ends": self._ends.state(),
            "observed": self._observed.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a saved state."""
        self.epoch = state["epoch"]
        self._seconds = state["seconds"]
        self._rows.copy_(state["rows"])
        self._optimizer.restore(state["optimizer"])
        for order, saved in zip(self._orders, state["orders"], strict=True):
            order.set_state(saved)
        if self._augment:
            self._augment.restore(state["augmentation"])
        self._networks.restore_noise(state["noise"])
        self._ends.restore(state["ends"])
        self._observed.restore(state["observed"])
