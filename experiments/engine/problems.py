"""Training problems from image data sets and from functions."""

from dataclasses import replace

from torch import Tensor

from experiments.data.function_settings import FunctionSettings
from experiments.data.functions import Units, sample
from experiments.data.image_settings import ImageDataSettings, Moment
from experiments.data.images import ImageData
from experiments.engine.problem import Problem
from report.records.record import digest


def image_problem(data: ImageData, settings: ImageDataSettings) -> Problem:
    """Classification of `data`, loaded by `settings`."""
    mean, std = _moments(data, settings.scaling)
    return Problem(
        name=data.name,
        inputs=data.train_images,
        targets=data.train_labels,
        test_inputs=data.test_images,
        test_targets=data.test_labels,
        outputs=len(data.classes),
        digest=digest([data.sha256, settings.model_dump(mode="json")]),
        mean=mean,
        std=std,
    )


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


def with_labels(problem: Problem, labels: Tensor, name: str) -> Problem:
    """The problem with other training labels; `name` says how they were made."""
    return replace(problem, targets=labels, digest=digest([problem.digest, "labels", name]))


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
