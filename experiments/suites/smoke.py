"""The smoke run of a task: its settings shrunk, and such that torch takes them."""

from typing import Any

from experiments.data.image_settings import ImageDataSettings
from experiments.settings.choice import Choice
from experiments.settings.consistency import refusals
from experiments.settings.strict import Settings
from experiments.tasks.task import TaskSettings

SIZES = ("epochs", "steps", "batch_size", "batch_sizes", "train_size", "points")
"""Keys of lengths, batches and numbers of examples."""
MOST = 20
"""By how much they grow at most."""


def shrunk(settings: TaskSettings) -> TaskSettings:
    """The settings shrunk to seconds, as they are where torch refuses these of any size.

    What torch refuses hangs on sizes: a last batch of one example before a BatchNorm1d, a
    OneCycleLR that rises for exactly one step. So all sizes grow by the same few, and no two that
    differ become equal.
    """
    small = settings.smoke()
    larger = (_grown(small, by) for by in range(MOST))
    return next((one for one in larger if not refusals(one)), small)


def _grown(part: Any, by: int) -> Any:
    if isinstance(part, tuple):
        return tuple(_grown(one, by) for one in part)
    if not isinstance(part, Settings) or isinstance(part, Choice):
        return part
    grown = (
        (key, value, _more(part, key, by) if key in SIZES else _grown(value, by))
        for key, value in ((key, getattr(part, key)) for key in type(part).model_fields)
    )
    # What a change of a training leaves out stays left out.
    return part.model_copy(update={key: new for key, old, new in grown if new != old})


def _more(part: Settings, key: str, by: int) -> Any:
    """A size, larger by so much; the points of a file are what they are, images as many as are."""
    value = getattr(part, key)
    if value is None or (key == "points" and getattr(part, "file", None) is not None):
        return value
    if isinstance(part, ImageDataSettings):
        return min(value + by, part.facts.train_size)
    return tuple(one + by for one in value) if isinstance(value, tuple) else value + by
