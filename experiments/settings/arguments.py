"""Arguments that PyTorch refuses only when it meets them: found before any work, without it."""

from collections.abc import Iterator, Mapping
from typing import Any

from experiments.settings.choice import (
    AMOUNT,
    COUNT,
    NUMBER,
    SHARE,
    SWITCH,
    Kind,
    is_number,
    one_of,
    parts,
)
from experiments.settings.initialization import Initialization
from experiments.settings.layers import Layer
from experiments.settings.network import Network
from experiments.settings.training import Training


def _or_none(kind: Kind) -> Kind:
    return Kind(f"{kind.words}, or None", lambda v: v is None or kind.holds(v))


def _each(kind: Kind) -> Kind:
    """One for all axes, or a tuple of them."""
    return Kind(
        f"{kind.words}, or a tuple of one for each axis",
        lambda v: all(map(kind.holds, v)) if isinstance(v, tuple) else kind.holds(v),
    )


_WHOLE = Kind("a whole number", lambda v: isinstance(v, int) and not isinstance(v, bool))
_NOT_NEGATIVE = Kind("a whole number, at least 0", lambda v: _WHOLE.holds(v) and v >= 0)
_AROUND = _each(_NOT_NEGATIVE)
_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("start_dim", "end_dim"), _WHOLE),
    **dict.fromkeys(("alpha", "beta", "init", "lower", "max_val", "min_val"), NUMBER),
    **dict.fromkeys(("negative_slope", "threshold", "value"), NUMBER),
    **dict.fromkeys(("eps", "lambd"), AMOUNT),
    **dict.fromkeys(("elementwise_affine", "track_running_stats", "count_include_pad"), SWITCH),
    "momentum": _or_none(SHARE),
    "dim": _or_none(_WHOLE),
    "divisor_override": _or_none(COUNT),
    "output_size": _each(_or_none(COUNT)),
    "approximate": one_of("none", "tanh"),
    "padding": _AROUND,
    "padding_mode": one_of("zeros", "reflect", "replicate", "circular"),
}
"""Of layers, beside those that `experiments.settings.layers` looks at itself."""
_PADDING = Kind(
    f'{_AROUND.words}, or "same" or "valid"', lambda v: v in ("same", "valid") or _AROUND.holds(v)
)
"""Of a convolution."""
_ORDERED = (("min_val", "max_val", -1.0, 1.0), ("lower", "upper", 1 / 8, 1 / 3))
"""Arguments of which the first is the lower one, with torch's defaults."""


def layer_faults(layer: Layer) -> Iterator[str]:
    """What is wrong with the arguments of a layer of known form, `cause; remedy` each."""
    if not layer.known:
        return
    given = dict(layer.given)
    for argument, value in given.items():
        kind = _KINDS.get(argument)
        if argument == "padding" and layer.name.startswith("Conv"):
            kind = _PADDING
        if kind is not None and not kind.holds(value):
            yield f"{layer}: {argument} must be {kind.words}; correct it"
        elif isinstance(value, tuple) and layer.name[-2].isdigit():
            axes = int(layer.name[-2])
            if len(value) != axes:
                yield f"{layer}: {argument} is one number, or {axes} of them; correct it"
    for low, high, least, most in _ORDERED:
        if low in given or high in given:
            ends = given.get(low, least), given.get(high, most)
            if all(map(is_number, ends)) and ends[0] >= ends[1]:
                yield f"{layer}: {low} must be below {high}; exchange them"


def initialization_faults(network: Network) -> Iterator[str]:
    """What a function of `torch.nn.init` does not take, or cannot fill, `cause; remedy` each."""
    start = network.initialization
    if start is None:
        return
    yield from _values(start)
    if start.bias is not None:
        yield from _values(start.bias)
    dense = not network.layers or any(layer.name == "Linear" for layer in network.flat)
    if start.name == "dirac_" and dense and network.module is None:
        yield "dirac_ fills convolutions, and the network has dense layers; choose another"
    if start.name in ("eye_", "sparse_") and network.convolutional and network.module is None:
        yield f"{start.name} fills dense layers, and the network has convolutions; choose another"


def _values(start: Initialization) -> Iterator[str]:
    given: dict[str, Any] = start.arguments
    for argument, kind in (("std", AMOUNT), ("sparsity", SHARE), ("groups", COUNT)):
        if argument in given and not kind.holds(given[argument]):
            yield f"{argument} of {start.name} must be {kind.words}; correct it"
    low, high = given.get("a", 0.0), given.get("b", 1.0)
    if start.name == "uniform_" and is_number(low) and is_number(high) and low >= high:
        yield f"a of {start.name} must be below b; exchange them"


def training_faults(training: Training, network: Network) -> Iterator[tuple[str, str]]:
    """Key below the training, and `cause; remedy`, of what cannot be trained so."""
    loss, stop, schedule = parts(training.loss)[0], training.stop, training.schedule
    sigmoid = any(layer.name in ("Sigmoid", "Hardsigmoid") for layer in network.flat[-1:])
    if loss == "BCELoss" and not (sigmoid or network.ends_in_softmax or network.module):
        yield (
            "loss",
            f'BCELoss takes outputs from 0 to 1, and model "{network.name}" gives any numbers; '
            'use "BCEWithLogitsLoss", or end its layers with "Sigmoid()"',
        )
    never = loss in ("mse", "cross_entropy", "mse_log_softmax", "L1Loss", "HuberLoss")
    if stop is not None and stop.loss is not None and stop.loss < 0 and never:
        yield "stop.loss", f"{loss} is never below 0, so the rule can never act; give a higher loss"
    if schedule is not None and schedule.arg("milestones") == ():
        yield "schedule", "milestones names no epoch; name some, or remove the schedule"
