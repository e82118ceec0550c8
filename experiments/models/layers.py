"""Where each layer lies in a network's parameter vector."""

from dataclasses import dataclass

from torch import Tensor, nn

from experiments.models.build import build
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
    """The layers in the order of `module.parameters()`; raises ShapeError."""
    found: list[Layer] = []
    start = 0
    for module in build(network, shape, device="meta"):
        if not isinstance(module, (nn.Linear, nn.Conv2d)):
            continue
        outputs, inputs, *kernel = module.weight.shape
        kind = f"conv {'×'.join(map(str, kernel))}" if kernel else "dense"
        middle = start + module.weight.numel()
        stop = middle + outputs
        found.append(
            Layer(
                number=len(found) + 1,
                words=f"{kind} {inputs}→{outputs}",
                weight=slice(start, middle),
                weight_shape=tuple(module.weight.shape),
                bias=slice(middle, stop),
            )
        )
        start = stop
    return tuple(found)
