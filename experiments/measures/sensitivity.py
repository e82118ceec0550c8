"""Sensitivity of a classifier to its input, in the mean over test points."""

from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.engine.losses import example_losses
from experiments.engine.problem import Feed, Problem
from experiments.models.stack import Ensemble, ensemble
from experiments.settings.network import Network
from experiments.settings.training import Loss

CHUNK_VALUES = 1 << 22
"""Numbers in the Jacobians of one chunk of examples: 16 MiB of float32."""


@dataclass(frozen=True)
class Sensitivity:
    """Means over N test points xₙ with labels yₙ, the input x as the network sees it (normalized).

    Attributes:
        jacobian_norm: (1/N) Σₙ ‖∂f(xₙ)/∂x‖_F, f the network's output (logits, unless the network
            ends in a softmax).
        probability_jacobian_norm: (1/N) Σₙ ‖∂σ(f(xₙ))/∂x‖_F, σ the softmax: class probabilities,
            as Novak et al. 2018 take them (arXiv:1802.08760, section 4).
        loss_gradient_norm: (1/N) Σₙ ‖∇_x ℓ(f(xₙ), yₙ)‖₂, ℓ the training loss of one example.
        points: N.
    """

    jacobian_norm: float
    probability_jacobian_norm: float
    loss_gradient_norm: float
    points: int


def sensitivity(
    network: Network,
    problem: Problem,
    parameters: Tensor,
    loss: Loss,
    points: int,
    device: torch.device,
) -> Sensitivity:
    """All three measures at the first `points` test examples (they lie in a random order).

    Args:
        parameters: (P,); its precision is used.

    One reverse pass per output and chunk of examples gives whole rows of the Jacobians, because
    the outputs of an example depend on no other example's input. Means are taken in float64. For
    ReLU networks the Jacobian is that of the linear piece in which the point lies.
    """
    feed = Feed([problem], device, parameters.dtype)
    single = ensemble(network, problem.shape, parameters.to(device, copy=True).unsqueeze(0))
    size = max(1, CHUNK_VALUES // (feed.values_per_example("test") * problem.outputs))
    total = torch.zeros(3, dtype=torch.float64, device=device)
    seen = 0
    for inputs, targets in feed.chunks("test", size):
        count = min(len(inputs[0]), points - seen)
        if count <= 0:
            break
        found = _norms(single, network, inputs[:, :count], targets[:, :count], loss)
        total += found.double().sum(dim=1)
        seen += count
    jacobian, probability, gradient = (total / seen).tolist()
    return Sensitivity(jacobian, probability, gradient, seen)


def _norms(
    single: Ensemble, network: Network, inputs: Tensor, targets: Tensor, loss: Loss
) -> Tensor:
    """The three norms of each example, (3, B), for inputs (1, B, ...) and targets (1, B)."""
    leaf = inputs.detach().requires_grad_()
    outputs = single(leaf)
    losses = example_losses(loss, outputs, targets).sum()
    (gradient,) = torch.autograd.grad(losses, leaf, retain_graph=True)
    rows = [
        torch.autograd.grad(outputs[0, :, k].sum(), leaf, retain_graph=True)[0][0].flatten(1)
        for k in range(outputs.shape[-1])
    ]
    jacobian = torch.stack(rows, dim=1)
    probability = jacobian
    if not network.ends_in_softmax:
        # ∂σ_k/∂x = σ_k (∂f_k/∂x − Σ_j σ_j ∂f_j/∂x)
        shares = outputs[0].detach().softmax(dim=-1).unsqueeze(-1)
        probability = shares * (jacobian - (shares * jacobian).sum(dim=1, keepdim=True))
    return torch.stack(
        [
            torch.linalg.vector_norm(jacobian, dim=(1, 2)),
            torch.linalg.vector_norm(probability, dim=(1, 2)),
            torch.linalg.vector_norm(gradient[0].flatten(1), dim=1),
        ]
    )
