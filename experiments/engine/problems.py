"""Training problems from image data sets and from functions."""

from dataclasses import replace

import torch
from torch import Tensor

from experiments.data.function_settings import FunctionSettings
from experiments.data.functions import Units, sample
from experiments.data.image_settings import ImageDataSettings, Moment
from experiments.data.images import ImageData
from experiments.data.labels import corrupt_labels
from experiments.engine.problem import Problem
from experiments.engine.randomness import generator
from report.records.record import digest


def image_problem(data: ImageData, settings: ImageDataSettings) -> Problem:
    """Classification of `data`, loaded by `settings`."""
    mean, std = _moments(data, settings.scaling)
    images, labels = data.train_images, data.train_labels
    held = torch.zeros(len(labels), dtype=torch.bool)
    if settings.validation is not None:
        held = held_out(labels, settings.validation)
    validation = (images[held], labels[held]) if held.any() else (None, None)
    return Problem(
        name=data.name,
        inputs=images[~held] if held.any() else images,
        targets=labels[~held] if held.any() else labels,
        validation_inputs=validation[0],
        validation_targets=validation[1],
        test_inputs=data.test_images,
        test_targets=data.test_labels,
        outputs=len(data.classes),
        digest=digest([data.sha256, settings.model_dump(mode="json")]),
        mean=mean,
        std=std,
    )


def held_out(labels: Tensor, share: float) -> Tensor:
    """Which examples (N,) are the validation set: round(share · N) of them, drawn once.

    Each class gives its share; those that lose most by rounding down give one more. The same
    labels and share give the same set, whatever the seed of a run.
    """
    source = generator(0, "validation")
    members = [(labels == label).nonzero().flatten() for label in labels.unique()]
    counts = [int(share * len(own)) for own in members]
    lost = [share * len(own) - count for own, count in zip(members, counts, strict=True)]
    missing = round(share * len(labels)) - sum(counts)
    for place in sorted(range(len(members)), key=lambda place: -lost[place])[:missing]:
        counts[place] += 1
    held = torch.zeros(len(labels), dtype=torch.bool)
    for own, count in zip(members, counts, strict=True):
        held[own[torch.randperm(len(own), generator=source)[:count]]] = True
    return held


def _moments(data: ImageData, scaling: str | Moment) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel that pixels in [0, 1] are scaled by."""
    channels = data.image_shape[0]
    if isinstance(scaling, Moment):
        mean, std = (
            value if isinstance(value, tuple) else (value,) * channels
            for value in (scaling.mean, scaling.std)
        )
        return mean, std
    if scaling == "standard":
        return data.mean, data.std
    fixed = (0.0, 1.0) if scaling == "unit" else (0.5, 0.5)
    return (fixed[0],) * channels, (fixed[1],) * channels


def corrupted(problem: Problem, fraction: float, seed: int, test: bool = False) -> Problem:
    """The problem with this share of its training labels drawn anew, test labels too if asked.

    The labels depend on the seed and the fraction alone, so they are the same in every epoch.
    """
    if fraction == 0:
        return problem
    labels, name = problem.test_targets, f"fraction {fraction}, seed {seed}"
    if test:
        name += ", test labels too"
        labels = corrupt_labels(labels, fraction, problem.outputs, generator(seed, "test labels"))
    return replace(
        problem,
        targets=corrupt_labels(
            problem.targets, fraction, problem.outputs, generator(seed, "labels")
        ),
        test_targets=labels,
        digest=digest([problem.digest, "labels", name]),
    )


def function_problem(function: FunctionSettings) -> Problem:
    """Regression of a function; the test points of a formula are the midpoints of an even grid."""
    points = sample(function)
    units = Units.of(function, points)
    known: list[object] = [function.name, function.points, *function.interval]
    more = function.model_dump(mode="json", exclude={"name", "points", "domain", "training"})
    return Problem(
        name=function.name,
        inputs=units.inputs(points.x),
        targets=units.targets(points.y),
        test_inputs=units.inputs(points.test_x),
        test_targets=units.targets(points.test_y),
        outputs=1,
        digest=digest([*known, more] if more else known),
    )
