"""Training problems from image data sets and from functions."""

from dataclasses import replace

from torch import Tensor

from experiments.data.formulas import FunctionName, describe_function
from experiments.data.functions import FUNCTIONS, sample
from experiments.data.image_settings import ImageDataSettings
from experiments.data.images import ImageData
from experiments.engine.problem import Problem
from report.records.record import digest


def image_problem(data: ImageData, settings: ImageDataSettings) -> Problem:
    """Classification of `data`, loaded by `settings`."""
    return Problem(
        name=data.name,
        inputs=data.train_images,
        targets=data.train_labels,
        test_inputs=data.test_images,
        test_targets=data.test_labels,
        outputs=len(data.classes),
        digest=digest([data.sha256, settings.model_dump(mode="json")]),
        mean=data.mean,
        std=data.std,
    )


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
