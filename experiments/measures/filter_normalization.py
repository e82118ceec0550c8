"""Random directions of which each filter has the norm of the network's own filter."""

import torch
from torch import Tensor

from experiments.models.layers import Layer


def filter_normalized(direction: Tensor, parameters: Tensor, layers: tuple[Layer, ...]) -> Tensor:
    """Scale each filter of `direction` (P,) to the norm of the same filter of `parameters` (P,).

    For filter j of layer i: dᵢⱼ ← dᵢⱼ / ‖dᵢⱼ‖ · ‖θᵢⱼ‖ (Frobenius norms). The filter of a dense
    layer is the vector of incoming weights of one neuron. Biases are no part of a filter: they
    get direction 0, so that they stay at the solution's values (the option `ignore=biasbn` of the
    authors' program). A filter of norm zero, in either vector, gets direction 0.

    Source: Li et al. 2018, Visualizing the loss landscape of neural nets, section 4,
    arXiv:1712.09913.
    """
    scaled = torch.zeros_like(direction)
    for layer in layers:
        drawn = layer.filters(direction)
        norms = drawn.norm(dim=1, keepdim=True)
        wanted = layer.filters(parameters).norm(dim=1, keepdim=True)
        layer.filters(scaled).copy_(
            torch.where(norms > 0, drawn / norms * wanted, torch.zeros_like(drawn))
        )
    return scaled


def random_directions(
    parameters: Tensor, layers: tuple[Layer, ...], generator: torch.Generator
) -> Tensor:
    """Two filter-normalized Gaussian directions (2, P), float64.

    They are not made orthogonal (nor are they in the paper: in many dimensions they nearly are).
    """
    drawn = torch.randn(2, parameters.numel(), generator=generator, dtype=torch.float64)
    return torch.stack([filter_normalized(d, parameters.double(), layers) for d in drawn])
