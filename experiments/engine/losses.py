"""Losses over a leading run dimension: the mean over examples, one number per run."""

import torch
from torch import Tensor
from torch.nn import functional

from experiments.settings.training import Loss


def example_losses(loss: Loss, outputs: Tensor, targets: Tensor) -> Tensor:
    """Loss of each example, shape (R, B).

    Args:
        loss: name; `mse` averages the squared error over the outputs, `cross_entropy` takes
            logits, `mse_log_softmax` averages (log-softmax − one-hot)² over the outputs.
        outputs: (R, B, O).
        targets: (R, B, O) numbers for `mse`, (R, B) classes otherwise.
    """
    if loss == "mse":
        return (outputs - targets).square().mean(dim=-1)
    if loss == "cross_entropy":
        flat = functional.cross_entropy(outputs.flatten(0, 1), targets.flatten(), reduction="none")
        return flat.view(targets.shape)
    one_hot = functional.one_hot(targets, outputs.shape[-1]).to(outputs.dtype)
    return (torch.log_softmax(outputs, dim=-1) - one_hot).square().mean(dim=-1)


def mean_losses(loss: Loss, outputs: Tensor, targets: Tensor) -> Tensor:
    """Mean loss over the examples of each run, shape (R,)."""
    return example_losses(loss, outputs, targets).mean(dim=1)
