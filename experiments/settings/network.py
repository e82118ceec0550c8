"""A network's shape: layers, their words, and its parameter count in closed form."""

import math
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from experiments.settings.base import LATER, Settings
from experiments.settings.change import TrainingChange

Activation = Literal["relu", "leaky_relu", "tanh", "sigmoid", "gelu", "silu"]
Output = Literal["logits", "softmax"]
Width = Annotated[int, Field(ge=1, le=1_000_000)]

_WORDS: dict[str, str] = {
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "gelu": "GELU",
    "silu": "SiLU",
}


class Convolution(Settings):
    """A convolution with bias and stride 1, its activation, then max-pooling.

    `padding` counts pixels on each side; `pool` is the side and stride of the pooling window
    (1: none; an incomplete window at the border is dropped).
    """

    channels: int = Field(ge=1, le=4096)
    kernel: int = Field(default=3, ge=1, le=11)
    padding: int = Field(default=0, ge=0, le=5)
    pool: int = Field(default=1, ge=1, le=8)


class Network(Settings):
    """Convolutions (possibly none), hidden dense layers (possibly none), one dense output layer.

    Depth is the number of hidden layers: convolutions plus hidden dense layers. The input and
    output sizes come from the data. `output = "softmax"` puts a softmax behind the last layer.
    """

    name: str = Field(min_length=1, max_length=80)
    convolutions: tuple[Convolution, ...] = ()
    hidden: tuple[Width, ...] = ()
    activation: Activation = "relu"
    output: Output = "logits"
    training: Annotated[TrainingChange | None, LATER] = None
    """What this network trains with instead of the task's training."""

    @property
    def depth(self) -> int:
        """Number of hidden layers."""
        return len(self.convolutions) + len(self.hidden)


@dataclass(frozen=True)
class Shape:
    """Input shape of one example and number of outputs.

    `input` is (features,) for vectors and (channels, height, width) for images.
    """

    input: tuple[int, ...]
    outputs: int


class ShapeError(ValueError):
    """The layers do not fit the input."""


def dense_inputs(network: Network, shape: Shape) -> int:
    """Number of features that enter the first dense layer; raises ShapeError."""
    if not network.convolutions:
        return math.prod(shape.input)
    if len(shape.input) != 3:
        raise ShapeError(
            f'model "{network.name}": convolutions need images, '
            f"the input has shape {shape.input}; remove them or choose an image data set"
        )
    channels, height, width = shape.input
    for number, layer in enumerate(network.convolutions, start=1):
        height, width = (
            (side + 2 * layer.padding - layer.kernel + 1) // layer.pool for side in (height, width)
        )
        channels = layer.channels
        if min(height, width) < 1:
            raise ShapeError(
                f'model "{network.name}": nothing is left of the image after convolution {number}; '
                "use padding, less pooling or a smaller kernel"
            )
    return channels * height * width


def parameter_count(network: Network, shape: Shape) -> int:
    """Number of weights and biases, in closed form from the layer widths.

    A convolution k×k from a to b channels has b·(a·k² + 1), a dense layer from a to b units
    b·(a + 1). Raises ShapeError.
    """
    total = 0
    channels = shape.input[0]
    for layer in network.convolutions:
        total += layer.channels * (channels * layer.kernel**2 + 1)
        channels = layer.channels
    inputs = dense_inputs(network, shape)
    for width in (*network.hidden, shape.outputs):
        total += width * (inputs + 1)
        inputs = width
    return total


def architecture(network: Network, shape: Shape) -> str:
    """The network in words: `1-5-10-1, leaky ReLU`; `conv 3×3 16, pool 2, dense 10, ReLU`."""
    widths = [*network.hidden, shape.outputs]
    activation = _WORDS[network.activation]
    ending = ", softmax output" if network.output == "softmax" else ""
    if not network.convolutions:
        return (
            "-".join(str(w) for w in [math.prod(shape.input), *widths]) + f", {activation}{ending}"
        )
    parts = []
    for layer in network.convolutions:
        padded = " padded" if layer.padding else ""
        parts.append(f"conv {layer.kernel}×{layer.kernel} {layer.channels}{padded}")
        if layer.pool > 1:
            parts.append(f"pool {layer.pool}")
    return ", ".join([*parts, "dense " + "-".join(map(str, widths))]) + f", {activation}{ending}"
