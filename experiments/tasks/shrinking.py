"""How settings shrink for a smoke run: to seconds, and no two that differ to the same."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar, cast

from experiments.data.function_settings import FunctionSettings
from experiments.data.image_settings import ImageDataSettings
from experiments.settings.change import TrainingChange
from experiments.settings.choice import parts
from experiments.settings.network import Network, Shape, parameter_count, passed
from experiments.settings.training import Training
from experiments.settings.use import Use

Change = Training | TrainingChange | None
"""A training, or what a network, a function or a side of a pair changes in one; None: nothing."""
T = TypeVar("T", bound=Change)

STEPS = 400
"""Steps of a smoke run on a function, at most, however small its batches are."""
POINTS = 256
"""Points of a function in a smoke run, at most."""
BATCH = 50
"""Images in a batch of a smoke run, at most."""
WORK = 10**11
"""Multiplications of a smoke run on images, at most about, as far as fewer images save them."""
MEASURING = 36
"""Passes of the images through a network that is trained for two epochs and then measured."""
FEWEST = 20
"""Images of a smoke run, at least, where there are as many."""
LENGTHS = ("epochs", "steps")
"""Keys of a training's length."""


def capped(values: Iterable[int], most: int) -> dict[int, int]:
    """Each value at most `most`; of several above it, each one more than the one before."""
    shrunk: dict[int, int] = {}
    last = 0
    for value in sorted(set(values)):
        last = shrunk[value] = max(last + 1, min(value, most))
    return shrunk


def scaled(values: Iterable[int], most: int) -> dict[int, int]:
    """All values scaled alike, so that the largest is at most `most`, from 1 on and in order."""
    ordered = sorted(set(values))
    scale = max(1.0, max(ordered, default=1) / most)
    upwards, last = [], 0
    for value in ordered:
        last = max(last + 1, int(value / scale))
        upwards.append(last)
    limit = max(most, len(ordered)) + 1
    for place in reversed(range(len(ordered))):
        limit = upwards[place] = min(upwards[place], limit - 1)
    return dict(zip(ordered, upwards, strict=True))


def shorter(trainings: Sequence[T], epochs: int, batch: int | None = BATCH) -> tuple[T, ...]:
    """At most about so many epochs (or steps), and batches no larger than `batch`."""
    return _replaced(
        trainings,
        capped(_given(trainings, *LENGTHS), _affordable(trainings, epochs)),
        shrunk_batches(_given(trainings, "batch_size"), batch),
    )


def _affordable(trainings: Sequence[Change], epochs: int) -> int:
    """So many epochs, fewer where one is a step of LBFGS, of up to `max_iter` iterations."""
    chosen = [parts(one.optimizer) for one in trainings if one is not None and one.optimizer]  # type: ignore[union-attr]
    iterations = [int(inside.get("max_iter", 20)) for name, inside in chosen if name == "LBFGS"]
    return max(2, epochs // max(iterations, default=1))


def _given(trainings: Sequence[Change], *keys: str) -> list[int]:
    found = (getattr(one, key) for one in trainings if one is not None for key in keys)
    return [value for value in found if value is not None]


def _replaced(
    trainings: Sequence[T], lengths: Mapping[int, int], batches: Mapping[int | None, int | None]
) -> tuple[T, ...]:
    def new(one: T) -> T:
        if one is None:
            return one
        places = [(key, lengths) for key in LENGTHS] + [("batch_size", batches)]
        given = [(key, getattr(one, key), shrunk) for key, shrunk in places]
        update = {key: shrunk[value] for key, value, shrunk in given if value is not None}
        return cast(T, one.model_copy(update=update))

    return tuple(map(new, trainings))


def with_own(networks: Iterable[Network], trainings: Iterable[Change]) -> tuple[Network, ...]:
    """The networks with these as their own trainings."""
    return tuple(
        network.model_copy(update={"training": own})
        for network, own in zip(networks, trainings, strict=True)
    )


def shrunk_batches(sizes: Iterable[int | None], most: int | None) -> dict[int | None, int | None]:
    """What each batch size becomes; the full batch, None, stays."""
    given = {size for size in sizes if size is not None}
    shrunk = scaled(given, most if most is not None else max(given, default=1))
    return {None: None, **dict[int | None, int | None](shrunk.items())}


def smaller(
    data: Sequence[ImageDataSettings],
    uses: Iterable[Use],
    train: int = 100,
    test: int = 100,
    passes: int = 6,
) -> tuple[ImageDataSettings, ...]:
    """At most about so many images; data sets that differ in their sizes alone still do.

    Fewer, so that `passes` of them through all networks, two runs of each, are within `WORK`. The
    default is that of two epochs, where a step costs three passes.
    """
    work = sum(multiplications(use.network, use.shape) * min(use.runs, 2) for use in uses)
    most = max(FEWEST, WORK // max(1, work * passes))
    shrunk = []
    for one in data:
        alike = [other for other in data if _unsized(other) == _unsized(one)]
        trains = capped(map(_loaded, alike), min(train, most))
        tests = capped(map(test_size, alike), min(test, most))
        update = {"train_size": trains[_loaded(one)], "test_size": tests[test_size(one)]}
        shrunk.append(one.model_copy(update=update))
    return tuple(shrunk)


def multiplications(network: Network, shape: Shape) -> int:
    """Of one example, forward: weights, those of a convolution as often as it has outputs."""
    layers = None if network.module else passed(network.layers or _layers(network, shape), shape)
    if layers is None:
        return parameter_count(network, shape)
    return sum(
        count * (math.prod(size[1:]) if layer.name.startswith("Conv") else 1)
        for layer, size, count in layers
    )


def _layers(network: Network, shape: Shape) -> list[str]:
    """The short form in torch's words."""
    found = []
    for one in network.convolutions:
        found += [f"Conv2d({one.channels}, {one.kernel}, padding={one.padding})"]
        found += [f"MaxPool2d({one.pool})"]
    return [*found, "Flatten()", *(f"Linear({w})" for w in (*network.hidden, shape.outputs))]


def _unsized(data: ImageDataSettings) -> ImageDataSettings:
    return data.model_copy(update={"train_size": None, "test_size": None})


def train_size(data: ImageDataSettings) -> int:
    """Number of images that are trained on: those of the validation set are not."""
    loaded = _loaded(data)
    return loaded - round((data.validation or 0) * loaded)


def _loaded(data: ImageDataSettings) -> int:
    return data.train_size or data.facts.train_size


def test_size(data: ImageDataSettings) -> int:
    """Number of test images used."""
    return data.test_size or data.facts.test_size


def fewer_points(functions: Sequence[FunctionSettings]) -> tuple[FunctionSettings, ...]:
    """At most about `POINTS` points; functions that differ in their number alone still do."""
    shrunk = []
    for one in functions:
        alike = [f for f in functions if f.model_copy(update={"points": one.points}) == one]
        points = capped((function.points for function in alike), POINTS)
        shrunk.append(one.model_copy(update={"points": points[one.points]}))
    return tuple(shrunk)


def shorter_on_points(trainings: Sequence[T], points: int, epochs: int = 200) -> tuple[T, ...]:
    """Trainings on at most so many points, at most about `epochs` epochs and `STEPS` steps."""
    batches = shrunk_batches(_given(trainings, "batch_size"), max(1, points // 2))
    smallest = min((size for size in batches.values() if size), default=points)
    most = max(2, STEPS // -(-points // smallest))
    most = _affordable(trainings, min(epochs, most))
    return _replaced(trainings, capped(_given(trainings, *LENGTHS), most), batches)
