"""Output size and number of parameters of each layer, in closed form."""

import math
from typing import Any

from experiments.settings.layers import Layer

Size = tuple[int, ...]
"""Of one example, without the axis of the examples."""


class ShapeError(ValueError):
    """The layers do not fit the input."""


def after(layer: Layer, size: Size) -> tuple[Size, int]:
    """Size behind a known layer, and its number of parameters; raises ShapeError."""
    kind = layer.name.rstrip("123d") if layer.name[-1] == "d" else layer.name
    _check_size(layer, size)
    match kind:
        case "Linear":
            outputs = layer.get("out_features", 0)
            return (*size[:-1], outputs), outputs * (size[-1] + layer.get("bias", True))
        case "Conv":
            return _convolution(layer, size)
        case "BatchNorm":
            return size, _scales(layer, "affine", True, size[0])
        case "InstanceNorm":
            return size, _scales(layer, "affine", False, size[0])
        case "GroupNorm":
            if size[0] % layer.get("num_groups", 1):
                raise ShapeError(f"{layer}: {size[0]} channels do not divide into the groups")
            return size, _scales(layer, "affine", True, size[0])
        case "LayerNorm":
            return size, _scales(layer, "elementwise_affine", True, math.prod(size))
        case "Flatten":
            return _flattened(layer, size), 0
        case "MaxPool" | "AvgPool":
            return _pooled(layer, size), 0
        case "AdaptiveAvgPool" | "AdaptiveMaxPool":
            n = _axes(layer)
            wanted = layer.get("output_size", None)
            sides = wanted if isinstance(wanted, tuple) else (wanted,) * n
            kept = zip(sides, size[-n:], strict=True)
            return (*size[:-n], *(there if w is None else w for w, there in kept)), 0
        case "PReLU":
            count = layer.get("num_parameters", 1)
            if count not in (1, size[0]):
                raise ShapeError(f"{layer}: num_parameters is 1 or the {size[0]} channels")
            return size, count
    return size, 0


def _scales(layer: Layer, switch: str, default: bool, count: int) -> int:
    """A factor for each channel, and a shift unless `bias` is False."""
    return count * (1 + layer.get("bias", True)) if layer.get(switch, default) else 0


def _axes(layer: Layer) -> int:
    """Number of spatial axes: the digit in the name."""
    return int(layer.name[-2])


def _check_size(layer: Layer, size: Size) -> None:
    """The input has the axes that the layer needs, and the size that is written out."""
    spatial = layer.name.startswith(("Conv", "MaxPool", "AvgPool", "Adaptive", "InstanceNorm"))
    if spatial and len(size) != _axes(layer) + 1:
        advice = " remove Flatten() before it, or" if len(size) == 1 else ""
        raise ShapeError(
            f"{layer}: takes channels and {_axes(layer)} more axes, its input has the shape "
            f"{size};{advice} choose another layer"
        )
    if layer.name.startswith("BatchNorm"):
        wanted = {"1": (1, 2), "2": (3,), "3": (4,)}[layer.name[-2]]
        if len(size) not in wanted:
            other = {1: "1d", 2: "1d", 3: "2d", 4: "3d"}.get(len(size), "1d")
            raise ShapeError(
                f"{layer}: does not take an input of shape {size}; use BatchNorm{other}()"
            )
    there: dict[str, Any] = {
        "in_features": size[-1],
        "in_channels": size[0],
        "num_features": size[0],
        "num_channels": size[0],
        "normalized_shape": size,
    }
    for argument, value in layer.given:
        if argument in there and value != there[argument]:
            raise ShapeError(
                f"{layer}: {argument} = {value}, and the input has {there[argument]}; leave it out"
            )


def _each(value: Any, n: int) -> tuple[int, ...]:
    parts = value if isinstance(value, tuple) else (value,) * n
    if len(parts) != n or not all(isinstance(part, int) for part in parts):
        raise ShapeError(f"{value!r}: a whole number, or {n} of them, one for each axis")
    return parts


def _convolution(layer: Layer, size: Size) -> tuple[Size, int]:
    n = _axes(layer)
    kernel = _each(layer.get("kernel_size", 1), n)
    stride, dilation = (_each(layer.get(name, 1), n) for name in ("stride", "dilation"))
    padding = layer.get("padding", 0)
    outputs, groups = layer.get("out_channels", 1), layer.get("groups", 1)
    if size[0] % groups or outputs % groups:
        raise ShapeError(f"{layer}: {size[0]} and {outputs} channels do not divide into groups")
    if padding == "same":
        if set(stride) != {1}:
            raise ShapeError(f'{layer}: padding "same" needs a stride of 1')
        sides = size[1:]
    else:
        around = _each(0 if padding == "valid" else padding, n)
        sides = tuple(
            (side + 2 * p - d * (k - 1) - 1) // s + 1
            for side, p, d, k, s in zip(size[1:], around, dilation, kernel, stride, strict=True)
        )
    _something_left(layer, size, sides)
    weights = outputs * size[0] // groups * math.prod(kernel)
    return (outputs, *sides), weights + outputs * layer.get("bias", True)


def _pooled(layer: Layer, size: Size) -> Size:
    n = _axes(layer)
    kernel = _each(layer.get("kernel_size", 1), n)
    stride = _each(layer.get("stride", None) or kernel, n)
    padding, dilation = (_each(layer.get(k, v), n) for k, v in (("padding", 0), ("dilation", 1)))
    sides = []
    for side, k, s, p, d in zip(size[1:], kernel, stride, padding, dilation, strict=True):
        if 2 * p > k:
            raise ShapeError(f"{layer}: padding is at most half of the kernel")
        room = side + 2 * p - d * (k - 1) - 1
        count = room // s + 1
        if layer.get("ceil_mode", False):
            count = -(-room // s) + 1
            count -= (count - 1) * s >= side + p  # the last window begins within the input
        sides.append(count)
    _something_left(layer, size, tuple(sides))
    return (size[0], *sides)


def _something_left(layer: Layer, size: Size, sides: Size) -> None:
    if min(sides) < 1:
        raise ShapeError(
            f"{layer}: nothing is left of its input of shape {size}; use padding, less pooling or "
            "a smaller kernel"
        )


def _flattened(layer: Layer, size: Size) -> Size:
    """Axis 0 of torch is that of the examples."""
    axes = len(size) + 1
    start, end = (layer.get(k, v) % axes for k, v in (("start_dim", 1), ("end_dim", -1)))
    if start < 1 or end < start:
        raise ShapeError(f"{layer}: flattens axes from 1 on; axis 0 counts the examples")
    return (*size[: start - 1], math.prod(size[start - 1 : end]), *size[end:])
