"""Losses over a leading run dimension: the mean over examples, one number per run."""

from functools import cache

import torch
from torch import Tensor, nn
from torch.nn import functional

from experiments.settings.choice import parts
from experiments.settings.torch_names import CLASS_LOSSES
from experiments.settings.training import Loss

SIGNED = ("SoftMarginLoss", "HingeEmbeddingLoss")
"""Losses whose targets are 1 and −1, not 1 and 0."""


def example_losses(loss: Loss, outputs: Tensor, targets: Tensor) -> Tensor:
    """Loss of each example, shape (R, B).

    Args:
        loss: `mse` averages the squared error over the outputs, `cross_entropy` takes logits,
            `mse_log_softmax` averages (log-softmax − one-hot)² over the outputs; others are
            classes of `torch.nn`, averaged over the outputs where they give a loss for each.
        outputs: (R, B, O).
        targets: (R, B, O) numbers, or (R, B) classes. A loss that compares numbers takes classes
            as one-hot labels (1 and −1 for those of `SIGNED`).
    """
    name, arguments = parts(loss)
    if name == "cross_entropy":
        flat = functional.cross_entropy(
            outputs.flatten(0, 1), targets.flatten(), reduction="none", **arguments
        )
        return flat.view(targets.shape)
    if name == "mse_log_softmax":
        outputs = torch.log_softmax(outputs, dim=-1)
    elif name in CLASS_LOSSES:
        found: Tensor = _module(loss)(outputs.flatten(0, 1), targets.flatten())
        return found.view(targets.shape)
    if not targets.is_floating_point():
        targets = functional.one_hot(targets, outputs.shape[-1]).to(outputs.dtype)
        targets = 2 * targets - 1 if name in SIGNED else targets
    if name.startswith("mse"):
        return (outputs - targets).square().mean(dim=-1)
    found = _module(loss)(outputs, targets)
    return found if found.dim() == 2 else found.mean(dim=-1)


def mean_losses(loss: Loss, outputs: Tensor, targets: Tensor) -> Tensor:
    """Mean loss over the examples of each run, shape (R,)."""
    return example_losses(loss, outputs, targets).mean(dim=1)


@cache
def _module(loss: Loss) -> nn.Module:
    name, arguments = parts(loss)
    made: nn.Module = getattr(nn, name)(reduction="none", **arguments)
    return made


def constant_loss(targets: Tensor, loss: object) -> float | None:
    """The smallest loss of a network that outputs a constant; None where it has no closed form.

    It is the variance of numbers (N, O) for `mse`, in the mean over the outputs, and the entropy of
    the shares of classes (N,) for `cross_entropy`.
    """
    if loss == "mse" and targets.is_floating_point():
        return targets.double().var(dim=0, correction=0).mean().item()
    if loss == "cross_entropy" and not targets.is_floating_point():
        shares = targets.bincount().double() / len(targets)
        return float(torch.special.entr(shares).sum())
    return None
