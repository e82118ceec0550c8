"""Outputs of trained networks from their parameter vectors."""

from collections.abc import Sequence

import torch
from torch import Tensor

from experiments.models.stack import ensemble
from experiments.settings.network import Network, Shape


def outputs(network: Network, shape: Shape, parameters: Sequence[Tensor], inputs: Tensor) -> Tensor:
    """Outputs (R, B, O) of R networks given as vectors (P,), all on the same inputs (B, ...)."""
    found = []
    with torch.no_grad():
        for vector in parameters:
            single = ensemble(network, shape, vector.detach().clone().unsqueeze(0))
            found.append(single(inputs.to(vector.dtype).unsqueeze(0))[0])
    return torch.stack(found)
