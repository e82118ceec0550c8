"""Arguments that PyTorch refuses only when it computes with them: told before any work.

They are judged without PyTorch, but for odd axes, and layers whose output has no closed form.
"""

import math
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from itertools import pairwise
from typing import Any

from experiments.settings.choice import (
    AMOUNT,
    COUNT,
    FROM_ZERO,
    NUMBER,
    POSITIVE,
    SHARE,
    SWITCH,
    Kind,
    is_number,
    one_of,
    parts,
)
from experiments.settings.layers import Layer
from experiments.settings.network import Network, ShapeError, passed
from experiments.settings.sizes import Size
from experiments.settings.torch_names import CLASS_LOSSES
from experiments.settings.training import Training
from experiments.settings.use import Use
from report.errors import UserError

Refusal = tuple[Network | Training, str, str, str]
"""What is refused, the key below it, the cause, and the remedy."""
ORDERED = {
    "Hardtanh": ("min_val", "max_val", -1.0, 1.0),
    "RReLU": ("lower", "upper", 1 / 8, 1 / 3),
    "trunc_normal_": ("a", "b", -2.0, 2.0),
    "uniform_": ("a", "b", 0.0, 1.0),
}
"""Two arguments of which the first is the lower one, with torch's defaults."""
ENDS = {
    "BCELoss": ("numbers from 0 to 1", ("Sigmoid", "Hardsigmoid", "Softmax"), "BCEWithLogitsLoss"),
    "NLLLoss": ("log-probabilities", ("LogSoftmax",), "cross_entropy"),
}
"""What losses take, the layers that give it, and the loss that takes any numbers."""
KEPT = ("ReLU", "Sigmoid", "Tanh", "Softmax", "Softmin", "LogSoftmax")
KEPT_IN_PLACE = ("CELU", "ELU", "LeakyReLU", "RReLU", "SELU")
"""Layers whose gradient is computed from their output; the latter where they act in place."""


def refused(use: Use) -> Iterator[Refusal]:
    """What PyTorch would refuse when it builds, fills or trains the network."""
    network, start = use.network, use.network.initialization
    known = [layer for layer in network.flat if layer.known]
    layers = [f"{x}: {text}" for x in known for text in _faults(x.name, dict(x.given))]
    layers += [f"{x}: {text}" for x, size in _sizes(use) for text in _unfit(x, size)]
    for cause in layers or _unbuilt(use):
        yield network, "module" if network.module else "layers", cause, "correct it"
    plain = all(isinstance(element, str) for element in network.layers)
    for before, layer in pairwise(network.flat) if plain else ():
        kept = KEPT + KEPT_IN_PLACE if before.get("inplace", False) else KEPT
        if layer.get("inplace", False) and before.name in kept:
            cause = f"{layer} overwrites the output of {before}, which the gradient needs"
            yield network, "layers", cause, f"remove inplace from {layer.name}"
    for one in filter(None, (start, start and start.bias)):
        for text in _faults(one.name, one.arguments):
            yield network, "initialization", f"{one.name}: {text}", "correct it"
    if start is not None and network.module is None:
        dense = not network.layers or any(layer.name == "Linear" for layer in network.flat)
        unfilled = "dense layers" if dense and start.name == "dirac_" else None
        if network.convolutional and start.name in ("eye_", "sparse_"):
            unfilled = "convolutions"
        if unfilled:
            cause = f"{start.name} does not fill {unfilled}, which the network has"
            yield network, "initialization", cause, "choose another"
    for key, cause, remedy in _of_training(use):
        yield use.training, key, cause, remedy


def _sizes(use: Use) -> list[tuple[Layer, Size]]:
    """Known layers with the size behind each; () where layers beside them hide it."""
    try:
        found = passed(use.network.layers, use.shape) if use.network.layers else []
    except (TypeError, ValueError, ZeroDivisionError):  # told elsewhere
        found = []
    if found is None:
        return [(layer, ()) for layer in use.network.flat if layer.known]
    return [(layer, size) for layer, size, _ in found]


def _unfit(layer: Layer, size: Size) -> Iterator[str]:
    """What torch refuses of a layer that gives an output of its input's size."""
    axes = range(1, max(len(size), 1) + 1)
    allowed = [*map(str, axes), *(str(-axis) for axis in axes)]
    if repr(layer.get("dim", None)) not in ("None", *allowed):
        yield f"dim must be {', '.join(allowed[:-1])} or {allowed[-1]}: axis 0 counts the examples"
    if layer.name.startswith("InstanceNorm") and size and math.prod(size[1:]) == 1:
        yield "the input has one value in each channel, which has no spread"


def _faults(name: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Of the arguments of a layer or a function of torch.nn.init."""
    kinds = _kinds(name)
    for argument, value in given.items():
        if argument in kinds and not kinds[argument].holds(value):
            yield f"{argument} must be {kinds[argument].words}"
    if name in ORDERED:
        low, high, least, most = ORDERED[name]
        ends = given.get(low, least), given.get(high, most)
        if all(map(is_number, ends)) and ends[0] >= ends[1]:
            yield f"{low} must be below {high} ({ends[0]:g} and {ends[1]:g})"


@cache
def _kinds(name: str) -> dict[str, Kind]:
    """What arguments may be, where nobody else looks at them."""
    axes = int(name[-2]) if name[-2].isdigit() else 1
    around = _each(FROM_ZERO, axes)
    whole = Kind("a whole number", lambda v: isinstance(v, int) and not isinstance(v, bool))
    named = {
        whole: "start_dim end_dim",
        NUMBER: "alpha beta init lower upper max_val min_val negative_slope threshold value",
        AMOUNT: "eps gain lambd std",
        SWITCH: "count_include_pad elementwise_affine track_running_stats",
        SHARE: "sparsity",
        COUNT: "groups",
        _or(SHARE, None): "momentum",
        _or(COUNT, None): "divisor_override",
        _each(COUNT if axes == 1 else _or(COUNT, None), axes): "output_size",
        _or(around, "same", "valid") if name.startswith("Conv") else around: "padding",
        one_of("none", "tanh"): "approximate",
        one_of("zeros", "reflect", "replicate", "circular"): "padding_mode",
    }
    found = {argument: kind for kind, words in named.items() for argument in words.split()}
    if name == "CELU":
        found["alpha"] = Kind("a number, not 0", lambda v: is_number(v) and v != 0)
    if name.startswith("BatchNorm") or name == "trunc_normal_":
        found["eps"] = found["std"] = POSITIVE
    return found


def _or(kind: Kind, *others: str | None) -> Kind:
    words = " or ".join([kind.words, *(f'"{other}"' if other else "None" for other in others)])
    return Kind(words, lambda v: v in others or kind.holds(v))


def _each(kind: Kind, axes: int) -> Kind:
    def holds(value: Any) -> bool:
        if isinstance(value, tuple):
            return len(value) == axes and all(map(kind.holds, value))
        return value is not None and kind.holds(value)

    return Kind(f"{kind.words}, one or {axes} of them" if axes > 1 else kind.words, holds)


def _unbuilt(use: Use) -> Iterator[str]:
    """What only PyTorch knows: odd axes, padding, layers without a closed form, own modules."""
    odd, plain = ("start_dim", "end_dim", "padding_mode"), (1, -1, None, "zeros")
    if use.network.module or any(
        not layer.known or any(a in odd and v not in plain for a, v in layer.given)
        for layer in use.network.flat
    ):
        try:
            import_module("experiments.models.build").built_parameters(use.network, use.shape)
        except (ShapeError, UserError) as error:
            yield str(error)
        except (TypeError, ValueError, RuntimeError, LookupError, AttributeError) as error:
            yield f'model "{use.network.name}": torch says "{" ".join(str(error).split())}"'


def _of_training(use: Use) -> Iterator[tuple[str, str, str]]:
    training, network, schedule = use.training, use.network, use.training.schedule
    loss = parts(training.loss)[0]
    end = network.flat[-1].name if network.layers else network.output.capitalize()
    fits = loss not in ENDS or end in ENDS[loss][1] or network.module is not None
    if not fits and (use.classification or loss not in CLASS_LOSSES):
        takes, ends, other = ENDS[loss]
        cause = f'{loss} takes {takes}, and model "{network.name}" gives any numbers'
        yield "loss", cause, f'use "{other}", or end the layers with "{ends[0]}()"'
    if any(isinstance(beta, int) for beta in training.optimizer_arguments.get("betas", ())):
        yield "optimizer", "betas are numbers with a decimal point", "write 0.0 for 0"
    batch = min(training.batch_size or use.train_size, use.train_size)
    alone = [x for x, size in _sizes(use) if "BatchNorm" in x.name and math.prod(size[1:]) == 1]
    if use.train_size % batch == (batch > 1) and alone:
        cause = f"the last batch of an epoch has 1 example, and {alone[0].name} needs 2"
        yield "batch_size", cause, "choose another"
    if loss == "HingeEmbeddingLoss" and not use.classification:
        yield "loss", "HingeEmbeddingLoss takes 1 and -1, a function has any values", 'use "mse"'
    if schedule is None:
        return
    nested = (schedule, *(schedule.arg("schedulers") or ()))
    if any(one.name == "ConstantLR" and one.arg("factor") == 0 for one in nested):
        yield "schedule", "the factor of ConstantLR must be above 0", "correct it"
    if schedule.name == "OneCycleLR":
        given = {"pct_start": 0.3, "epochs": 0, "steps_per_epoch": 0} | dict(schedule.arguments)
        start, own = given["pct_start"], given["epochs"] * given["steps_per_epoch"]
        length = training.epochs_of(use.train_size)
        if schedule.interval == "step":
            length = training.steps or length * training.steps_per_epoch(use.train_size)
        if given["epochs"] and not given.get("total_steps", own):
            cause = "OneCycleLR takes epochs only with steps_per_epoch"
            yield "schedule", cause, "leave both out: its length is that of the training"
        elif not isinstance(start, float) or start == 1:
            yield "schedule", "pct_start is a decimal from 0.0 to below 1.0", "correct it"
        elif start * (given.get("total_steps") or own or length) == 1:
            cause = f"the rate of OneCycleLR cannot rise for exactly 1 {schedule.interval}"
            yield "schedule", f"{cause}, which pct_start = {start} asks for", "change it"
