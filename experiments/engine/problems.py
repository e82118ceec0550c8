"""Training problems from image data sets and from functions."""

from dataclasses import replace

import torch
from torch import Tensor

from experiments.data.formulas import FunctionName, describe_function
from experiments.data.functions import FUNCTIONS, sample
from experiments.data.image_settings import ImageDataSettings
from experiments.data.images import ImageData
from experiments.engine.problem import Problem
from experiments.engine.randomness import generator
from report.records.record import digest


def image_problem(data: ImageData, settings: ImageDataSettings) -> Problem:
    """Classification of `data`, loaded by `settings`."""
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
        mean=data.mean,
        std=data.std,
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


def with_labels(problem: Problem, labels: Tensor, name: str) -> Problem:
    """The problem with other training labels; `name` says how they were made."""
    return replace(problem, targets=labels, digest=digest([problem.digest, "labels", name]))


def function_problem(
    function: FunctionName, points: int, domain: tuple[float, float] | None = None
) -> Problem:
    """Regression of a function on an even grid; the test points are the grid's midpoints.

    Args:
        function: key of the function.
        points: number of training points, ends included.
        domain: interval, or null for the function's own.
    """
    low, high = domain or describe_function(function).domain
    inputs, targets = sample(function, points, (low, high))
    between = (inputs[:-1] + inputs[1:]) / 2
    return Problem(
        name=function,
        inputs=inputs,
        targets=targets,
        test_inputs=between,
        test_targets=FUNCTIONS[function](between),
        outputs=1,
        digest=digest([function, points, low, high]),
    )
