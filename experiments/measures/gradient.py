"""The gradient of the training loss."""

import torch
from torch import Tensor

from experiments.engine.evaluate import chunk_size
from experiments.engine.losses import example_losses
from experiments.engine.problem import Problem
from experiments.measures.rows import blocks
from experiments.settings.network import Network
from experiments.settings.training import Loss


def training_gradients(
    network: Network, problem: Problem, rows: Tensor, loss: Loss, device: torch.device
) -> tuple[Tensor, Tensor]:
    """Loss (R,) and gradient (R, P) of each row of `rows` (R, P + Q), float64 on the CPU.

    The loss is the mean over the whole training set, L(θ) = (1/N)·Σₙ ℓ(θ; xₙ, yₙ), without weight
    decay; the gradient is taken with respect to all parameters together. Within a chunk of examples
    the precision is that of `rows`; chunks are summed in float64.
    """
    losses, gradients = [], []
    for stack, feed in blocks(network, problem, rows, device):
        total = torch.zeros(feed.runs, dtype=torch.float64, device=device)
        gradient = torch.zeros_like(stack.gradients, dtype=torch.float64)
        for inputs, targets in feed.chunks("train", chunk_size(feed, "train")):
            sums = example_losses(loss, stack(inputs), targets).sum(dim=1)
            stack.backward(sums)
            total += sums.detach()
            gradient += stack.gradients
        losses.append(total.cpu() / feed.size("train"))
        gradients.append(gradient.cpu() / feed.size("train"))
    return torch.cat(losses), torch.cat(gradients)
