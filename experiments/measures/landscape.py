"""The mean loss over fixed training examples as a function of the parameters."""

from collections.abc import Callable

import torch
from torch import Tensor

from experiments.engine.problem import Feed, Problem
from experiments.measures.hessian import hessian_vector_products, mean_loss
from experiments.measures.spectrum import Product
from experiments.models.build import built_parameters
from experiments.settings.network import Network
from experiments.settings.training import Loss

ValueAndGradient = Callable[[Tensor], tuple[float, Tensor]]

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
        self._trained = built_parameters(network, problem.shape)
        self._parts: list[tuple[Tensor, Tensor]] = []
        left = self.examples
        for inputs, targets in feed.chunks("train", _chunk_size(feed, self.examples)):
            if left > 0:
                self._parts.append((inputs[0, :left], targets[0, :left]))
                left -= len(self._parts[-1][0])

    def trained(self, state: Tensor) -> Tensor:
        """The trained parameters θ (P,) of a network's state (P + Q,)."""
        return state[: self._trained]

    def around(self, state: Tensor) -> ValueAndGradient:
        """L and its gradient (P,) as a function of θ; what else the state holds stays fixed."""
        loss = mean_loss(self._network, self._shape, self._loss, state)

        def value_and_gradient(parameters: Tensor) -> tuple[float, Tensor]:
            leaf = parameters.detach().requires_grad_()
            total, gradient = 0.0, torch.zeros_like(parameters)
            for inputs, targets in self._parts:
                value = loss(leaf, inputs, targets)
                (found,) = torch.autograd.grad(value, leaf)
                total += value.item() * len(inputs)
                gradient += found * len(inputs)
            return total / self.examples, gradient / self.examples

        return value_and_gradient

    def hessian_product(self, state: Tensor) -> Product:
        """Products of vectors (K, P) with the Hessian of L at a network's state (P + Q,)."""

        def product(vectors: Tensor) -> Tensor:
            return hessian_vector_products(
                self._network, self._shape, state, vectors, self._parts, self._loss
            )

        return product


def _chunk_size(feed: Feed, examples: int) -> int:
    return max(1, min(examples, CHUNK_VALUES // feed.values_per_example("train")))
