"""A network's shape: layers, their words, and its parameter count in closed form."""

import ast
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, ValidationInfo, model_validator

from experiments.settings.beside import beside, pinned, read_beside
from experiments.settings.change import TrainingChange
from experiments.settings.initialization import Initialization
from experiments.settings.layers import Layer, read_layer
from experiments.settings.sizes import ShapeError as ShapeError
from experiments.settings.sizes import Size, after
from experiments.settings.strict import LATER, Settings

Activation = Literal["relu", "leaky_relu", "tanh", "sigmoid", "gelu", "silu", "identity"]
Output = Literal["logits", "softmax"]
Width = Annotated[int, Field(ge=1, le=1_000_000)]

_WORDS: dict[str, str] = {
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "gelu": "GELU",
    "silu": "SiLU",
    "identity": "no activation",
}


SPELLED: dict[Activation, Layer] = {
    "relu": Layer("ReLU"),
    "leaky_relu": Layer("LeakyReLU"),
    "tanh": Layer("Tanh"),
    "sigmoid": Layer("Sigmoid"),
    "gelu": Layer("GELU"),
    "silu": Layer("SiLU"),
    "identity": Layer("Identity"),
}
"""The activations of the short forms as layers."""
WEIGHTED = ("Linear", "Conv", "Bilinear")
"""How the names of layers with weights begin, which count as layers of a network."""


class Convolution(Settings):
    """A convolution with bias and stride 1, its activation, then max-pooling.

    `padding` counts pixels on each side; `pool` is the side and stride of the pooling window
    (1: none; an incomplete window at the border is dropped).
    """

    channels: int = Field(ge=1, le=4096)
    """Channels of the output."""
    kernel: int = Field(default=3, ge=1, le=11)
    """Side of the kernel in pixels."""
    padding: int = Field(default=0, ge=0, le=5)
    """Pixels on each side."""
    pool: int = Field(default=1, ge=1, le=8)
    """Side and stride of max-pooling; 1: none."""


class Shortcut(Settings):
    """Layers whose output is added to their input, or to its projection where one is given."""

    shortcut: tuple[str, ...] = Field(min_length=1)
    """The layers that are gone round."""
    projection: str | None = None
    """Layer beside them; null: the input as it is."""

    @model_validator(mode="after")
    def _spelled(self) -> Self:
        self.__dict__["shortcut"] = tuple(str(read_layer(text)) for text in self.shortcut)
        if self.projection is not None:
            self.__dict__["projection"] = str(read_layer(self.projection))
        return self


class Network(Settings):
    """Convolutions (possibly none), hidden dense layers (possibly none), one dense output layer.

    Depth is the number of hidden layers: convolutions plus hidden dense layers. The input and
    output sizes come from the data. `output = "softmax"` puts a softmax behind the last layer.

    Or `layers`: every layer in torch's own words, its input size left out, the last one with as
    many outputs as the data have. Or `module`: a class of the user's own in a file beside the
    suite, `file.py:Class`, called with the input shape and the number of outputs.
    """

    name: str = Field(min_length=1, max_length=80)
    """What the report calls it."""
    convolutions: tuple[Convolution, ...] = ()
    """Convolutions, the first layers."""
    hidden: tuple[Width, ...] = ()
    """Widths of the hidden dense layers."""
    activation: Activation = "relu"
    """Behind every hidden layer of `hidden` and `convolutions`."""
    output: Output = "logits"
    """`softmax` puts one behind the last layer."""
    layers: Annotated[tuple[str | Shortcut, ...], LATER] = ()
    """Every layer in torch's own words, its input size left out."""
    module: Annotated[str | None, LATER] = None
    """A class of the user's own beside the suite, `file.py:Class`."""
    sha256: Annotated[str | None, LATER] = None
    """Digest of the file of `module`; found where it is not given."""
    initialization: Annotated[Initialization | None, LATER] = None
    """How weights are drawn; null: as torch does by default."""
    training: Annotated[TrainingChange | None, LATER] = None
    """What this network trains with instead of the task's training."""

    _file: Path = PrivateAttr(default=Path())

    @model_validator(mode="before")
    @classmethod
    def _one_form(cls, given: Any, info: ValidationInfo) -> Any:
        if not isinstance(given, dict):
            return given
        for form in ("layers", "module"):
            others = ("convolutions", "hidden", "activation", "output", "layers", "module")
            if not given.get(form):
                continue
            for other in others:
                if other != form and given.get(other):
                    raise ValueError(f"{other}: has no place beside {form}; remove one of the two")
        words = {
            key: given[key].lower()
            for key in ("activation", "output")
            if isinstance(given.get(key), str)
        }
        module = given.get("module")
        if isinstance(module, str):
            words["sha256"] = pinned(given, _code(module, info.context), module)
        elif given.get("sha256"):
            raise ValueError("sha256: is the digest of a module's file; remove it")
        return given | words

    @model_validator(mode="after")
    def _spelled(self) -> Self:
        # One spelling, and so one key, for each layer.
        self.__dict__["layers"] = tuple(
            str(read_layer(layer)) if isinstance(layer, str) else layer for layer in self.layers
        )
        return self

    def model_post_init(self, context: Any, /) -> None:
        """Keep where the module's file lies."""
        if self.module is not None:
            self._file = beside(self.module.rpartition(":")[0], context).absolute()

    @property
    def file(self) -> Path:
        """The file of `module`."""
        return self._file

    @property
    def flat(self) -> tuple[Layer, ...]:
        """The layers read, those of shortcuts in their places; empty for the other forms."""
        return tuple(
            read_layer(text)
            for element in self.layers
            for text in (
                (element,)
                if isinstance(element, str)
                else (*element.shortcut, *filter(None, (element.projection,)))
            )
        )

    @property
    def depth(self) -> int | None:
        """Number of hidden layers, those with weights but the last; None for a module."""
        if self.module is not None:
            return None
        if self.layers:
            return max(sum(x.name.startswith(WEIGHTED) for x in self.flat) - 1, 0)
        return len(self.convolutions) + len(self.hidden)

    @property
    def convolutional(self) -> bool:
        """Whether it has convolutions; a module is taken to have some."""
        named = any(layer.name.startswith("Conv") for layer in self.flat)
        return bool(self.convolutions) or self.module is not None or named

    @property
    def ends_in_softmax(self) -> bool:
        """Whether the outputs are probabilities."""
        return self.output == "softmax" or any(x.name == "Softmax" for x in self.flat[-1:])

    @property
    def perceptron(self) -> "Network | None":
        """The network as hidden dense layers with one activation, None where it is no such.

        Those train as one stack; all others train one by one.
        """
        if not self.layers:
            return None if self.convolutions or self.module is not None else self
        inner = self.flat[1:] if self.flat[0] == Layer("Flatten") else self.flat
        dense, between = inner[0::2], inner[1::2]
        if all(layer.name == "Linear" for layer in inner):
            dense, between = inner, (SPELLED["identity"],) * (len(inner) - 1)
        widths = [layer.get("out_features", 0) for layer in dense]
        plain = all(
            layer == Layer("Linear", (("out_features", w),))
            for layer, w in zip(dense, widths, strict=True)
        )
        words = {layer: word for word, layer in SPELLED.items()}
        if not plain or len(dense) != len(between) + 1 or len(set(between)) > 1:
            return None
        activation = words.get(between[0]) if between else "relu"
        if activation is None:
            return None
        return Network(name=self.name, hidden=tuple(widths[:-1]), activation=activation)


def _code(module: str, context: Any) -> bytes:
    """Source of a module, without comments: what its digest is made of."""
    file, _, name = module.rpartition(":")
    if not file.endswith(".py") or not name.isidentifier():
        raise ValueError(f'"{module}": write file and class, "my_net.py:Net"')
    try:
        tree = ast.parse(read_beside(file, context))
    except SyntaxError as error:
        raise ValueError(f"{file}, line {error.lineno}: {error.msg}") from None
    if not any(isinstance(node, ast.ClassDef) and node.name == name for node in tree.body):
        raise ValueError(f'{file}: has no class "{name}"')
    return ast.dump(tree).encode()


@dataclass(frozen=True)
class Shape:
    """Input shape of one example and number of outputs.

    `input` is (features,) for vectors and (channels, height, width) for images.
    """

    input: tuple[int, ...]
    outputs: int


def closed_form(network: Network, shape: Shape) -> int | None:
    """Number of parameters from the layers' sizes; None where one has no known form.

    Raises ShapeError where the layers do not fit, as far as their sizes are known.
    """
    if network.module is not None:
        return None
    if not network.layers:
        return _short_form(network, shape)
    try:
        found = passed(network.layers, shape)
    except ShapeError as error:
        raise ShapeError(f'model "{network.name}": {error}') from None
    return None if found is None else sum(count for _, _, count in found)


Passed = list[tuple[Layer, Size, int]]
"""Layers with the size behind each and its number of parameters."""


def passed(layers: Sequence[str | Shortcut], shape: Shape) -> Passed | None:
    """All layers in turn, a projection behind its shortcut; None where one has no known form.

    Raises ShapeError.
    """
    size, total = shape.input, Passed()
    for element in layers:
        body, beside = (
            ((element,), None)
            if isinstance(element, str)
            else (element.shortcut, element.projection)
        )
        found, aside = _through(body, size), _through((beside,) if beside else (), size)
        if found is None or aside is None:
            return None
        if not isinstance(element, str):
            require_sum(found[-1][1], aside[-1][1] if aside else size)
        size, total = found[-1][1], total + found + aside
    require_outputs(size, shape)
    return total


def _through(layers: tuple[str, ...], size: Size) -> Passed | None:
    total = Passed()
    for layer in map(read_layer, layers):
        if not layer.known:
            return None
        size, count = after(layer, size)
        total.append((layer, size, count))
    return total


def require_sum(behind: Size, aside: Size) -> None:
    """Raise ShapeError unless a shortcut can be added to its layers' output."""
    if behind != aside:
        raise ShapeError(
            f"a shortcut adds {aside} to {behind}; give a projection that makes the two equal, "
            'such as "Conv2d(16, 1)"'
        )


def require_outputs(size: Size, shape: Shape) -> None:
    """Raise ShapeError unless the last layer gives the outputs that the task needs."""
    if size != (shape.outputs,):
        advice = 'put "Flatten()" before the first Linear, and ' if len(size) > 1 else ""
        raise ShapeError(
            f"the last layer gives the shape {size}, the task needs {shape.outputs} outputs; "
            f'{advice}end with "Linear({shape.outputs})"'
        )


def parameter_count(network: Network, shape: Shape) -> int:
    """Number of weights and biases: in closed form, or of the built module where there is none.

    Raises ShapeError, or UserError where a module of the user's own cannot be built.
    """
    count = closed_form(network, shape)
    if count is not None:
        return count
    # Needs torch, and is looked up only here: all else is counted without.
    counted: int = import_module("experiments.models.build").built_parameters(network, shape)
    return counted


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


def _short_form(network: Network, shape: Shape) -> int:
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
    if network.module is not None:
        return f"{network.module.rpartition(':')[2]} of {network.module.rpartition(':')[0]}"
    if network.layers:
        return ", ".join(map(_in_words, network.layers))
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


def _in_words(element: str | Shortcut) -> str:
    if isinstance(element, str):
        return element.removesuffix("()")
    inner = ", ".join(map(_in_words, element.shortcut))
    aside = f" beside {element.projection}" if element.projection else ""
    return f"shortcut ({inner}){aside}"
