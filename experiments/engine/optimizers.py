"""torch.optim over the rows of a stack: a learning rate and a schedule for each run."""

import inspect
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer, lr_scheduler

from experiments.settings.choice import parts
from experiments.settings.training import Schedule, Training

FUSED = {"adam": ("cpu", "cuda"), "AdamW": ("cpu", "cuda"), "sgd": ("cpu", "cuda"),
         "Adagrad": ("cpu",)}  # fmt: skip
"""Devices on which PyTorch has one kernel for all of a step: its default is a slow loop."""


class RowOptimizer:
    """One optimizer of PyTorch for each set of neighboring rows with equal learning rates.

    A stack equals separate trainings because these optimizers act on each element alone. LBFGS does
    not, and takes a stack of one run.

    Args:
        parameters: (R, P), updated in place.
        gradients: (R, P), read at each step.
        trainings: one per row; they may differ in the learning rate only. Rows of equal rates share
            an optimizer where they are neighbors, so sort runs by rate for speed.
        intervals: how often the schedule is called in the whole training, once per epoch or step.
    """

    def __init__(
        self,
        parameters: Tensor,
        gradients: Tensor,
        trainings: Sequence[Training],
        intervals: int = 1,
    ) -> None:
        without_compiler()
        schedule = trainings[0].schedule
        by_loss = schedule is not None and schedule.name == "ReduceLROnPlateau"
        self._by_loss = by_loss
        self._optimizers: list[Optimizer] = []
        for start, end in _sets(trainings, apart=by_loss):
            rows = parameters[start:end].detach()
            rows.grad = gradients[start:end]
            self._optimizers.append(_optimizer(rows, trainings[start]))
        self._schedulers = (
            [_scheduler(schedule, o, intervals) for o in self._optimizers] if schedule else []
        )
        # The class's own method, without hooks for profilers and the compiler around it.
        self._step: Callable[..., Any] = inspect.unwrap(type(self._optimizers[0]).step)
        self._searches = parts(trainings[0].optimizer)[0] == "LBFGS"

    def step(self, losses: Tensor, again: Callable[[], Tensor]) -> None:
        """Take one step of every run by the gradients at hand.

        LBFGS calls `again` to compute losses (R,) and gradients anew where it has moved the
        parameters within the step; `losses` are those at its beginning.
        """
        with torch.no_grad():
            if not self._searches:
                for optimizer in self._optimizers:
                    self._step(optimizer)
                return
            at_hand = [losses]

            def closure() -> Tensor:
                with torch.enable_grad():
                    return (at_hand.pop() if at_hand else again()).sum()

            self._step(self._optimizers[0], closure)

    def schedule(self, losses: Tensor | None = None) -> None:
        """Call the schedules; `losses` (R,), of the epoch, is for those that look at them."""
        # PyTorch warns where it has not seen the optimizer's steps, which `step` takes without its
        # hooks, and SequentialLR of what it does itself.
        with warnings.catch_warnings(action="ignore"):
            for index, scheduler in enumerate(self._schedulers):
                if self._by_loss and losses is not None:
                    scheduler.step(losses[index].item())
                else:
                    scheduler.step()

    @property
    def rates(self) -> list[float]:
        """The learning rate of each set of rows."""
        return [float(optimizer.param_groups[0]["lr"]) for optimizer in self._optimizers]

    def state(self) -> list[dict[str, Any]]:
        """States of the optimizers, then of the schedulers."""
        return [part.state_dict() for part in (*self._optimizers, *self._schedulers)]

    def restore(self, states: Sequence[dict[str, Any]]) -> None:
        """Take up saved states."""
        for part, state in zip((*self._optimizers, *self._schedulers), states, strict=True):
            part.load_state_dict(state)


def _sets(trainings: Sequence[Training], *, apart: bool) -> Iterator[tuple[int, int]]:
    """Start and end of each set of rows."""
    if apart:
        yield from ((index, index + 1) for index in range(len(trainings)))
        return
    start = 0
    for _, members in groupby(trainings, key=lambda training: training.learning_rate):
        end = start + len(list(members))
        yield start, end
        start = end


def _optimizer(rows: Tensor, training: Training) -> Optimizer:
    name = parts(training.optimizer)[0]
    arguments = dict(training.optimizer_arguments)
    if rows.device.type in FUSED.get(name, ()):
        arguments["fused"] = True
    elif name == "rmsprop":
        arguments["foreach"] = True
    made: Optimizer = _class(torch.optim, name)([rows], lr=training.learning_rate, **arguments)
    return made


def _scheduler(schedule: Schedule, optimizer: Optimizer, intervals: int) -> Any:
    arguments = dict(schedule.arguments)
    if schedule.name == "OneCycleLR" and not arguments.keys() & {"total_steps", "epochs"}:
        arguments["total_steps"] = intervals
    if "schedulers" in arguments:
        inner = [_scheduler(one, optimizer, intervals) for one in arguments["schedulers"]]
        if schedule.name == "ChainedScheduler":
            return lr_scheduler.ChainedScheduler(inner, optimizer)
        return lr_scheduler.SequentialLR(optimizer, inner, list(arguments["milestones"]))
    return _class(lr_scheduler, schedule.name)(optimizer, **arguments)


def _class(module: Any, name: str) -> Any:
    """The class of this name, whatever its case."""
    found = {n.lower(): value for n, value in vars(module).items() if isinstance(value, type)}
    return found[name.lower()]


def without_compiler() -> None:
    """Keep PyTorch from importing its compiler, 2.5 s, for the first optimizer of a process.

    It imports the compiler to exclude these methods from being compiled, and remembers that in an
    attribute. Nothing here is compiled.
    """
    for method in (Optimizer.add_param_group, Optimizer.state_dict, Optimizer.load_state_dict):
        plain = inspect.unwrap(method)
        vars(plain).setdefault("__dynamo_disable", plain)
