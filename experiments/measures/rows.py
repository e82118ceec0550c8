"""Loss and accuracy of many parameter vectors of one network on one problem."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.engine.evaluate import evaluate
from experiments.engine.problem import Feed, Problem, Split
from experiments.models.layout import prefers_channels_last
from experiments.models.stack import Ensemble, ensemble
from experiments.settings.network import Network
from experiments.settings.training import Loss

BLOCK = 64
"""Rows of a multilayer perceptron that are evaluated together."""


@dataclass(frozen=True)
class RowsEvaluation:
    """Mean loss and share of correct answers of each row; no accuracy for a regression."""

    loss: tuple[float, ...]
    accuracy: tuple[float, ...] | None


def evaluate_rows(
    network: Network,
    problem: Problem,
    rows: Tensor,
    loss: Loss,
    split: Split,
    device: torch.device,
) -> RowsEvaluation:
    """Evaluate every row of `rows` (R, P) on the whole split, in the precision of `rows`.

    Losses of the examples are summed in float64. A loss that is not finite stays so.
    """
    losses: list[float] = []
    correct: list[float] = []
    for stack, feed in blocks(network, problem, rows, device):
        found = evaluate(stack, feed, split, loss)
        losses += found.loss.tolist()
        if found.correct is not None:
            correct += [count / feed.size(split) for count in found.correct.tolist()]
    return RowsEvaluation(tuple(losses), tuple(correct) if problem.classification else None)


def blocks(
    network: Network, problem: Problem, rows: Tensor, device: torch.device
) -> Iterator[tuple[Ensemble, Feed]]:
    """The rows (R, P) in order as ensembles with their data: perceptrons in stacks, others singly.

    The rows are copied, so that an ensemble may be trained or filled with gradients.
    """
    feeds: dict[int, Feed] = {}
    last = prefers_channels_last(network)
    for block in rows.split(1 if network.perceptron is None else BLOCK):
        count = len(block)
        if count not in feeds:
            feeds[count] = Feed([problem] * count, device, rows.dtype, channels_last=last)
        yield ensemble(network, problem.shape, block.to(device, copy=True)), feeds[count]
