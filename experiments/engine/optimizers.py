"""Element-wise optimizers over the rows of a stack, with a learning rate per run."""

from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor

from experiments.settings.training import Training


def optimizer_for(
    parameters: Tensor, gradients: Tensor, trainings: Sequence[Training]
) -> torch.optim.Optimizer:
    """One optimizer for all rows; rows of equal learning rate form a parameter group.

    Args:
        parameters: (R, P), updated in place.
        gradients: (R, P), read at each step.
        trainings: one per row; they may differ in the learning rate only. Consecutive rows of
            equal rate share a group, so sort runs by rate for speed.

    A stack equals separate trainings because Adam, SGD and RMSprop act on each element alone.
    """
    groups = []
    start = 0
    for rate, members in groupby(trainings, key=lambda training: training.learning_rate):
        end = start + len(list(members))
        rows = parameters[start:end].detach()
        rows.grad = gradients[start:end]
        groups.append({"params": [rows], "lr": rate})
        start = end
    first = trainings[0]
    decay = first.weight_decay
    if first.optimizer == "adam":
        return torch.optim.Adam(groups, weight_decay=decay, fused=True)
    if first.optimizer == "sgd":
        return torch.optim.SGD(
            groups, lr=1.0, momentum=first.momentum, weight_decay=decay, fused=True
        )
    return torch.optim.RMSprop(groups, momentum=first.momentum, weight_decay=decay, foreach=True)


def apply_schedule(
    optimizer: torch.optim.Optimizer, training: Training, finished_epochs: int
) -> None:
    """Multiply the learning rates by the schedule's factor when an epoch of change is over."""
    schedule = training.schedule
    if schedule is not None and finished_epochs % schedule.every == 0:
        for group in optimizer.param_groups:
            group["lr"] *= schedule.factor
