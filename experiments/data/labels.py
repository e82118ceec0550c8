"""Labels replaced at random, for the task random-labels."""

import torch
from torch import Tensor

from report.errors import UserError


def corrupt_labels(
    labels: Tensor, fraction: float, classes: int, generator: torch.Generator
) -> Tensor:
    """A copy of the training labels (N,), of which round(fraction·N) are drawn anew, once.

    Which ones is drawn without replacement; each gets a label uniform over all ``classes``, its own
    included, so that about one in ``classes`` of them keeps its value (Zhang et al. 2017,
    arXiv:1611.03530, Section 2.1: "partially corrupted labels"). Fraction 1 is "random labels".
    Meant for training labels, before training; test labels stay as they are.

    ``labels`` and ``generator`` are on the CPU. Raises UserError for a fraction outside [0, 1].
    """
    if not 0 <= fraction <= 1:
        raise UserError(f"fraction of random labels: {fraction} is not between 0 and 1")
    count = round(fraction * len(labels))
    chosen = torch.randperm(len(labels), generator=generator)[:count]
    corrupted = labels.clone()
    corrupted[chosen] = torch.randint(classes, (count,), generator=generator, dtype=labels.dtype)
    return corrupted
