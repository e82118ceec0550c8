"""The mean loss over fixed training examples as a function of the parameters."""

import torch
from torch import Tensor

from experiments.engine.problem import Feed, Problem
from experiments.measures.hessian import hessian_vector_products, mean_loss
from experiments.measures.spectrum import Product
from experiments.settings.network import Network
from experiments.settings.training import Loss

CHUNK_VALUES = 1 << 20
"""Input numbers of one chunk of examples: activations and their graphs are a multiple of it."""


class Landscape:
    """L(θ) = (1/N) Σₙ ℓ(f(xₙ; θ), yₙ) over the first N training examples, without weight decay.

    The examples lie in a random order, so the first N are a fair sample of the training set.
    """

    def __init__(
        self,
        network: Network,
        problem: Problem,
        loss: Loss,
        examples: int,
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        feed = Feed([problem], device, dtype)
        self.examples = min(examples, feed.size("train"))
        self._network, self._shape, self._loss = network, problem.shape, loss
        self._value = mean_loss(network, problem.shape, loss)
        self._parts: list[tuple[Tensor, Tensor]] = []
        left = self.examples
        for inputs, targets in feed.chunks("train", _chunk_size(feed, self.examples)):
            if left > 0:
                self._parts.append((inputs[0, :left], targets[0, :left]))
                left -= len(self._parts[-1][0])

    def value_and_gradient(self, parameters: Tensor) -> tuple[float, Tensor]:
        """L(θ) and its gradient (P,)."""
        leaf = parameters.detach().requires_grad_()
        total, gradient = 0.0, torch.zeros_like(parameters)
        for inputs, targets in self._parts:
            value = self._value(leaf, inputs, targets)
            (found,) = torch.autograd.grad(value, leaf)
            total += value.item() * len(inputs)
            gradient += found * len(inputs)
        return total / self.examples, gradient / self.examples

    def hessian_product(self, parameters: Tensor) -> Product:
        """Products of vectors (K, P) with the Hessian of L at θ."""

        def product(vectors: Tensor) -> Tensor:
            return hessian_vector_products(
                self._network, self._shape, parameters, vectors, self._parts, self._loss
            )

        return product


def _chunk_size(feed: Feed, examples: int) -> int:
    return max(1, min(examples, CHUNK_VALUES // feed.values_per_example("train")))
