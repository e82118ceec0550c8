"""Losses and correct answers of every run of an ensemble on a whole set."""

from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.engine.losses import example_losses
from experiments.engine.problem import Feed, Split
from experiments.models.stack import Ensemble
from experiments.settings.training import Loss

CHUNK_VALUES = 1 << 22
"""Input values per chunk over all runs: 16 MiB of float32."""


@dataclass(frozen=True)
class Evaluation:
    """Mean loss (R,) in float64 and number of correct answers (R,), null for regression."""

    loss: Tensor
    correct: Tensor | None


def evaluate(ensemble: Ensemble, feed: Feed, split: Split, loss: Loss) -> Evaluation:
    """Evaluate all runs on all examples of `split`, in chunks, without gradients."""
    runs = ensemble.parameters.shape[0]
    device = ensemble.parameters.device
    total = torch.zeros(runs, dtype=torch.float64, device=device)
    correct = torch.zeros(runs, dtype=torch.int64, device=device)
    classes = False
    size = min(chunk_size(feed, split), ensemble.part)
    with torch.no_grad():
        for inputs, targets in feed.chunks(split, size):
            outputs = ensemble(inputs)
            total += example_losses(loss, outputs, targets).double().sum(dim=1)
            if not targets.is_floating_point():
                classes = True
                correct += (outputs.argmax(dim=-1) == targets).sum(dim=1)
    return Evaluation(total / feed.size(split), correct if classes else None)


def chunk_size(feed: Feed, split: Split) -> int:
    """Examples per chunk, so that it has about `CHUNK_VALUES` over the runs; at least 64."""
    each = feed.values_per_example(split) * feed.runs
    return max(64, min(feed.size(split), CHUNK_VALUES // max(each, 1)))
