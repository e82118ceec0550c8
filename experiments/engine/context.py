"""What a task is given: device, data folder, progress, cache. Nothing is read from globals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from experiments.data.image_settings import ImageDataSettings
from experiments.engine.run import Run

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from experiments.data.images import ImageData
    from experiments.engine.cache import Cache
    from experiments.engine.problem import Problem


class Progress(Protocol):
    """Shows how far a piece of work is."""

    def start(self, description: str, total: int) -> Callable[[int], None]:
        """Begin a piece of `total` units; the returned function reports how many were done more."""
        ...


class Watch(Protocol):
    """Is told losses and accuracies while runs are trained, for those who look on."""

    def evaluated(self, runs: Sequence[Run], epoch: int, scalars: Mapping[str, Tensor]) -> None:
        """The runs of a group stand at `epoch`; each scalar, e.g. `train_loss`, has shape (R,)."""
        ...


class Silent:
    """Shows nothing."""

    def start(self, description: str, total: int) -> Callable[[int], None]:
        """See `Progress.start`."""
        return lambda _done: None


@dataclass(frozen=True)
class Context:
    """Everything a task gets from outside."""

    device: torch.device
    data_dir: Path
    cache: Cache
    progress: Progress = field(default_factory=Silent)
    watch: Watch | None = None
    _loaded: dict[ImageDataSettings, ImageData] = field(default_factory=dict, repr=False)

    def images(self, settings: ImageDataSettings) -> ImageData:
        """The data set, loaded and verified once; raises UserError."""
        from experiments.data.images import load_images

        if settings not in self._loaded:
            self._loaded[settings] = load_images(settings, self.data_dir)
        return self._loaded[settings]

    def image_problem(self, settings: ImageDataSettings) -> Problem:
        """Classification of the data set."""
        from experiments.engine.problems import image_problem

        return image_problem(self.images(settings), settings)
