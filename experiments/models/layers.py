"""Where each layer lies in a network's parameter vector."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from experiments.models.build import build
from experiments.models.state import State
from experiments.settings.network import Network, Shape


@dataclass(frozen=True)
class Layer:
    """A layer with parameters: weight then bias, consecutive in the vector (P,).

    Attributes:
        number: 1 for the first.
        words: e.g. `dense 10→20`, `conv 3×3 3→16`.
        weight_shape: (outputs, inputs), or (outputs, inputs, height, width) for a convolution;
            the first axis counts the neurons, or filters.
    """

    number: int
    words: str
    weight: slice
    weight_shape: tuple[int, ...]
    bias: slice

    @property
    def parameters(self) -> slice:
        """Weight and bias together."""
        return slice(self.weight.start, self.bias.stop)

    def filters(self, vector: Tensor) -> Tensor:
        """Incoming weights of each neuron (or filter), without bias, (outputs, inputs): a view."""
        return vector[self.weight].view(self.weight_shape[0], -1)


def layers(network: Network, shape: Shape) -> tuple[Layer, ...]:
    """The layers in the order of `module.parameters()`; raises ShapeError.

    A layer is a weight of two axes or more, with the bias behind it where there is one. Factors and
    shifts of normalizations, and slopes of activations, belong to none.
    """
    module = build(network, shape, device="meta")
    slots = {slot.name: slot for slot in State.of(module).parameters}
    found: list[Layer] = []
    for name, slot in slots.items():
        if len(slot.shape) < 2:
            continue
        path, _, own = name.rpartition(".")
        beside = slots.get(f"{path}.bias" if path else "bias") if own == "weight" else None
        stop = slot.part.stop
        joint = beside is not None and beside.part.start == stop
        owner = module.get_submodule(path)
        found.append(
            Layer(
                number=len(found) + 1,
                words=_words(owner, slot.shape),
                weight=slot.part,
                weight_shape=tuple(slot.shape),
                bias=beside.part if joint and beside is not None else slice(stop, stop),
            )
        )
    return tuple(found)


def _words(owner: nn.Module, shape: torch.Size) -> str:
    outputs, inputs, *kernel = shape
    if isinstance(owner, nn.Linear):
        return f"dense {inputs}→{outputs}"
    if isinstance(owner, (nn.Conv1d, nn.Conv2d, nn.Conv3d)):
        return f"conv {'×'.join(map(str, kernel))} {inputs}→{outputs}"
    return f"{type(owner).__name__} {'×'.join(map(str, shape))}"
