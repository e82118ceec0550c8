"""Networks from a list of layers in torch's own words: input sizes are found on one example."""

from typing import Any

import torch
from torch import Tensor, nn

from experiments.settings.layers import KNOWN, OTHERS, Layer, read_layer
from experiments.settings.network import Network, Shape, Shortcut, require_outputs, require_sum
from experiments.settings.sizes import ShapeError, Size


class Residual(nn.Module):
    """Output of the layers plus the input, or plus its projection."""

    def __init__(self, body: nn.Sequential, projection: nn.Module | None) -> None:
        super().__init__()
        self.body = body
        self.projection = projection

    def forward(self, inputs: Tensor) -> Tensor:
        """Inputs and outputs (B, ...)."""
        aside: Tensor = inputs if self.projection is None else self.projection(inputs)
        outputs: Tensor = self.body(inputs)
        return outputs + aside


def layered(network: Network, shape: Shape, device: torch.device | str) -> nn.Sequential:
    """The network with torch's default initialization; raises ShapeError."""
    made: list[nn.Module] = []
    size = shape.input
    try:
        for element in network.layers:
            module, size = _element(element, size, device)
            made.append(module)
        require_outputs(size, shape)
    except ShapeError as error:
        raise ShapeError(f'model "{network.name}": {error}') from None
    return nn.Sequential(*made)


def _element(
    element: str | Shortcut, size: Size, device: torch.device | str
) -> tuple[nn.Module, Size]:
    if isinstance(element, str):
        return _layer(read_layer(element), size, device)
    body, behind = [], size
    for text in element.shortcut:
        module, behind = _layer(read_layer(text), behind, device)
        body.append(module)
    projection, aside = None, size
    if element.projection is not None:
        projection, aside = _layer(read_layer(element.projection), size, device)
    require_sum(behind, aside)
    return Residual(nn.Sequential(*body), projection), behind


def _layer(layer: Layer, size: Size, device: torch.device | str) -> tuple[nn.Module, Size]:
    """The layer, and the size of its output, by passing an example of no memory through it."""
    arguments = dict(layer.given)
    signature = KNOWN.get(layer.name) or OTHERS[layer.name]
    if signature is not None and signature.size is not None:
        written = arguments.pop(signature.size, None)
        arguments[signature.size] = _input_size(signature.size, size)
        if written not in (None, arguments[signature.size]):
            raise ShapeError(
                f"{layer}: {signature.size} = {written}, and the input has "
                f"{arguments[signature.size]}; leave it out"
            )
    made: type[nn.Module] = getattr(nn, layer.name)
    try:
        with torch.device("meta"):
            probe = made(*layer.positional, **arguments).eval()
            outputs: Any = probe(torch.zeros(2, *size))
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        cause = " ".join(str(error).split())[:200]
        raise ShapeError(f"{layer}: cannot follow an input of shape {size} ({cause})") from error
    if not isinstance(outputs, Tensor) or outputs.dim() < 2 or len(outputs) != 2:
        raise ShapeError(
            f"{layer}: does not give one output for each example; put it into a module of your own"
        )
    # Outside the block above: what fails for want of memory is no fault of the layer.
    with torch.device(device):
        return made(*layer.positional, **arguments), tuple(outputs.shape[1:])


def _input_size(argument: str, size: Size) -> int | Size:
    if argument == "normalized_shape":
        return size
    return size[-1] if argument == "in_features" else size[0]
