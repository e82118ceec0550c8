"""Many networks of one shape as one: parameters (R, P), a leading run dimension everywhere."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from experiments.models.build import build, seeded
from experiments.models.layout import channels_last, prefers_channels_last
from experiments.models.parts import WHOLE, part_size
from experiments.models.perceptron import perceptrons
from experiments.models.state import State
from experiments.settings.network import Network, Shape


class Ensemble(Protocol):
    """R networks of one shape, stored as rows of `parameters` (R, P + Q), see `State`.

    Attributes:
        trained: the first P of each row, a view, with `gradients` (R, P).
        mixes: whether a batch must be computed as a whole: outputs in training depend on its other
            examples, or a step changes what else is kept (batch normalization).
        part: examples whose activations fit the caches, see `experiments.models.parts`.
    """

    parameters: Tensor
    trained: Tensor
    gradients: Tensor
    mixes: bool
    part: int

    def __call__(self, inputs: Tensor, *, training: bool = False) -> Tensor:
        """Outputs (R, B, O) for inputs (R, B, ...) or, shared by all runs, (1, B, ...).

        In training, dropout draws, and batch normalization takes the batch's own moments and keeps
        their running means in `parameters`. Everything else evaluates.
        """
        ...

    def backward(self, losses: Tensor, *, add: bool = False) -> None:
        """Overwrite `gradients` by the gradient of each run's loss, or add it to them.

        `losses` has shape (R,).
        """
        ...

    def noise(self) -> list[Tensor]:
        """State of what dropout and its kin draw from, for a checkpoint."""
        ...

    def restore_noise(self, states: Sequence[Tensor]) -> None:
        """Take up what `noise` gave."""
        ...


class _Rows:
    """Leaf tensors (R, *shape) that share memory with the rows of parameters."""

    mixes = False
    part = WHOLE

    def __init__(self, module: nn.Module, parameters: Tensor) -> None:
        self.parameters = parameters
        self.state = State.of(module)
        self.trained = parameters[:, : self.state.trained]
        self.gradients = torch.zeros_like(self.trained)
        self.leaves: dict[str, Tensor] = {}
        self._slots: list[Tensor] = []
        for slot in self.state.parameters:
            leaf = parameters[:, slot.part].unflatten(1, slot.shape).detach()
            self.leaves[slot.name] = leaf.requires_grad_()
            self._slots.append(self.gradients[:, slot.part].unflatten(1, slot.shape))

    def backward(self, losses: Tensor, *, add: bool = False) -> None:
        """See `Ensemble.backward`."""
        # The sum, not the mean, over runs: each run's gradient is its own.
        found = torch.autograd.grad(losses.sum(), list(self.leaves.values()))
        with torch.no_grad():
            write = torch._foreach_add_ if add else torch._foreach_copy_
            write(self._slots, found)

    def noise(self) -> list[Tensor]:
        """See `Ensemble.noise`."""
        return []

    def restore_noise(self, states: Sequence[Tensor]) -> None:
        """See `Ensemble.restore_noise`."""


class StackedMLP(_Rows):
    """R multilayer perceptrons, computed together by `experiments.models.perceptron`."""

    def __init__(self, network: Network, shape: Shape, parameters: Tensor) -> None:
        """Args: parameters: (R, P), used in place."""
        plain = network.perceptron
        if plain is None:
            raise ValueError("a stack holds multilayer perceptrons only")
        super().__init__(build(plain, shape, device="meta"), parameters)
        self._leaves = tuple(self.leaves.values())
        self._activation = plain.activation
        self._softmax = plain.output == "softmax"

    def __call__(self, inputs: Tensor, *, training: bool = False) -> Tensor:
        outputs = perceptrons(self._activation, inputs.flatten(2), self._leaves)
        return functional.softmax(outputs, dim=-1) if self._softmax else outputs


class SingleNetwork(_Rows):
    """One network of any kind as an ensemble of one run."""

    def __init__(
        self,
        network: Network,
        shape: Shape,
        parameters: Tensor,
        *,
        bfloat16: bool = False,
        noise: torch.Generator | None = None,
    ) -> None:
        """See `ensemble`; `parameters` is (1, P + Q)."""
        if parameters.shape[0] != 1:
            raise ValueError("a single network has one row of parameters")
        module = build(network, shape, device="meta")
        super().__init__(module, parameters)
        self.part = part_size(network, shape, parameters.dtype, parameters.device)
        own = network.module is not None  # which may do anything to a batch
        normalizes = any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in module.modules())
        self.mixes = own or normalizes or bool(self.state.kept)
        self._channels_last = prefers_channels_last(network)
        self._module = channels_last(module) if self._channels_last else module
        self._bfloat16 = bfloat16
        # The short forms have nothing that draws: no seeding in each of their steps.
        self._noise = noise if network.layers or network.module is not None else None

    def __call__(self, inputs: Tensor, *, training: bool = False) -> Tensor:
        batch = inputs[0]
        if self._channels_last and batch.dim() == 4:
            batch = batch.contiguous(memory_format=torch.channels_last)
        kept = self._kept()
        named = {name: self._laid(leaf.squeeze(0)) for name, leaf in self.leaves.items()} | kept
        if self._module.training != training:
            self._module.train(training)
        low = self._bfloat16 and training
        with (
            self._drawing(batch.device, training),
            torch.autocast(batch.device.type, torch.bfloat16, enabled=low),
        ):
            outputs: Tensor = functional_call(self._module, named, (batch,))
        if training:
            self._keep(kept)
        return outputs.unsqueeze(0).to(batch.dtype)

    def _kept(self) -> dict[str, Tensor]:
        return self.state.fixed(self.parameters[0]) if self.state.kept else {}

    def _keep(self, kept: dict[str, Tensor]) -> None:
        """Write back what the step changed, behind autograd's back: no gradient depends on it."""
        row = self.parameters.data[0]
        for slot in self.state.kept:
            row[slot.part].copy_(kept[slot.name].reshape(-1))

    def _drawing(self, device: torch.device, training: bool) -> AbstractContextManager[None]:
        if self._noise is None or not training:
            return nullcontext()
        gpus = [device.index or 0] if device.type == "cuda" else []
        return seeded(self._noise, gpus)

    def noise(self) -> list[Tensor]:
        """See `Ensemble.noise`."""
        return [] if self._noise is None else [self._noise.get_state()]

    def restore_noise(self, states: Sequence[Tensor]) -> None:
        """See `Ensemble.restore_noise`."""
        for state in states:
            assert self._noise is not None
            self._noise.set_state(state)

    def _laid(self, parameter: Tensor) -> Tensor:
        """Filters with the channels last, as the images are: convolutions are faster so."""
        if not self._channels_last or parameter.dim() != 4:
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
    """The fastest ensemble for these networks; `parameters` (R, P + Q) is used in place.

    `bfloat16` computes convolutional networks so in training. `noise` is what the dropout of a
    network that trains singly draws from.
    """
    if network.perceptron is None:
        return SingleNetwork(network, shape, parameters, bfloat16=bfloat16, noise=noise)
    return StackedMLP(network, shape, parameters)
