"""Many networks of one shape as one: parameters (R, P), a leading run dimension everywhere."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from experiments.models.build import build
from experiments.models.layout import channels_last
from experiments.models.perceptron import perceptrons
from experiments.settings.network import Network, Shape


class Ensemble(Protocol):
    """R networks of one shape, stored as rows of `parameters` (R, P) with gradients alike.

    A row has the order of `module.parameters()` of the single network, flattened.

    Attributes:
        trained: what of `parameters` is trained, a view; all of it here.
        mixes: whether outputs in training depend on the other examples of the batch (batch
            normalization), so that it cannot be computed in parts.
    """

    parameters: Tensor
    gradients: Tensor
    trained: Tensor
    mixes: bool

    def __call__(self, inputs: Tensor, *, training: bool = False) -> Tensor:
        """Outputs (R, B, O) for inputs (R, B, ...) or, shared by all runs, (1, B, ...)."""
        ...

    def backward(self, losses: Tensor, *, add: bool = False) -> None:
        """Overwrite `gradients` by the gradient of each run's loss, or add it to them.

        `losses` has shape (R,).
        """
        ...

    def noise(self) -> list[Tensor]:
        """State of what layers draw from in training, for a checkpoint."""
        ...

    def restore_noise(self, states: Sequence[Tensor]) -> None:
        """Take up what `noise` gave."""
        ...


class _Rows:
    """Leaf tensors (R, *shape) that share memory with the rows of parameters."""

    mixes = False

    def __init__(self, module: nn.Module, parameters: Tensor) -> None:
        self.parameters = self.trained = parameters
        self.gradients = torch.zeros_like(parameters)
        self.leaves: dict[str, Tensor] = {}
        self._slots: list[Tensor] = []
        start = 0
        for name, parameter in module.named_parameters():
            part = slice(start, start + parameter.numel())
            leaf = parameters[:, part].unflatten(1, parameter.shape).detach()
            self.leaves[name] = leaf.requires_grad_()
            self._slots.append(self.gradients[:, part].unflatten(1, parameter.shape))
            start = part.stop

    def noise(self) -> list[Tensor]:
        """See `Ensemble.noise`."""
        return []

    def restore_noise(self, states: Sequence[Tensor]) -> None:
        """See `Ensemble.restore_noise`."""

    def backward(self, losses: Tensor, *, add: bool = False) -> None:
        """See `Ensemble.backward`."""
        # The sum, not the mean, over runs: each run's gradient is its own.
        found = torch.autograd.grad(losses.sum(), list(self.leaves.values()))
        with torch.no_grad():
            write = torch._foreach_add_ if add else torch._foreach_copy_
            write(self._slots, found)


class StackedMLP(_Rows):
    """R multilayer perceptrons, computed together by `experiments.models.perceptron`."""

    def __init__(self, network: Network, shape: Shape, parameters: Tensor) -> None:
        """Args: parameters: (R, P), used in place."""
        if network.convolutions:
            raise ValueError("a stack holds multilayer perceptrons only")
        super().__init__(build(network, shape, device="meta"), parameters)
        self._leaves = tuple(self.leaves.values())
        self._activation = network.activation
        self._softmax = network.output == "softmax"

    def __call__(self, inputs: Tensor, *, training: bool = False) -> Tensor:
        outputs = perceptrons(self._activation, inputs.flatten(2), self._leaves)
        return functional.softmax(outputs, dim=-1) if self._softmax else outputs


class SingleNetwork(_Rows):
    """One network of any kind as an ensemble of one run."""

    def __init__(
        self, network: Network, shape: Shape, parameters: Tensor, *, bfloat16: bool = False
    ) -> None:
        """See `ensemble`; `parameters` is (1, P)."""
        if parameters.shape[0] != 1:
            raise ValueError("a single network has one row of parameters")
        module = build(network, shape, device="meta")
        super().__init__(module, parameters)
        self.convolutions = bool(network.convolutions)
        self.mixes = any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in module.modules())
        self._module = channels_last(module) if self.convolutions else module
        self._bfloat16 = bfloat16

    def __call__(self, inputs: Tensor, *, training: bool = False) -> Tensor:
        batch = inputs[0]
        if self.convolutions:
            batch = batch.contiguous(memory_format=torch.channels_last)
        named = {name: self._laid(leaf[0]) for name, leaf in self.leaves.items()}
        low = self._bfloat16 and torch.is_grad_enabled()
        with torch.autocast(batch.device.type, torch.bfloat16, enabled=low):
            outputs: Tensor = functional_call(self._module, named, (batch,))
        return outputs.unsqueeze(0).to(batch.dtype)

    @staticmethod
    def _laid(parameter: Tensor) -> Tensor:
        """Filters with the channels last, as the images are: convolutions are faster so."""
        if parameter.dim() != 4:
            return parameter
        return parameter.contiguous(memory_format=torch.channels_last)


def ensemble(
    network: Network,
    shape: Shape,
    parameters: Tensor,
    *,
    bfloat16: bool = False,
    noise: torch.Generator | None = None,
) -> Ensemble:
    """The fastest ensemble for these networks; `parameters` (R, P) is used in place.

    `bfloat16` computes convolutional networks so where gradients are asked for; `noise` is what
    layers draw random numbers from in training.
    """
    if network.convolutions:
        return SingleNetwork(network, shape, parameters, bfloat16=bfloat16)
    return StackedMLP(network, shape, parameters)
