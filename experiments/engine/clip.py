"""Bounds on the gradients of a stack, before a step."""

import torch
from torch import Tensor

from experiments.settings.training import Clip

SMALL = 1e-6
"""Added to the norm that is divided by, as `torch.nn.utils.clip_grad_norm_` does."""


def clip(gradients: Tensor, bound: Clip | None) -> None:
    """Bound the gradient of each run, (R, P), in place; None leaves it.

    A gradient g whose norm ‖g‖₂ over all parameters is above `norm` becomes g · norm / ‖g‖₂;
    `value` bounds each element's size.
    """
    if bound is None:
        return
    if bound.value is not None:
        gradients.clamp_(-bound.value, bound.value)
    if bound.norm is not None:
        scale = bound.norm / (torch.linalg.vector_norm(gradients, dim=1) + SMALL)
        gradients.mul_(scale.clamp_(max=1.0).unsqueeze(1))
