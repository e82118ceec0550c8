"""Random flips and shifts of training images, for whole batches at once."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from experiments.engine.randomness import generator
from experiments.settings.training import Augmentation


class Augmenter:
    """Changes the images of R runs, each run by its own CPU generator.

    What a run sees depends on its seed alone, not on the stack, the device or the order of runs.
    """

    def __init__(self, augmentation: Augmentation, seeds: Sequence[int]) -> None:
        self._augmentation = augmentation
        self._generators = [generator(seed, "augmentation") for seed in seeds]

    def __call__(self, images: Tensor) -> Tensor:
        """Images (R, B, C, H, W) of any dtype, flipped and shifted; new memory."""
        reach = self._augmentation.shift
        height, width = images.shape[-2:]
        moves = [self._drawn(images.shape[1], g) for g in self._generators]
        down, right, flips = (
            torch.stack(parts).to(images.device) for parts in zip(*moves, strict=True)
        )
        padded = functional.pad(images, (reach, reach, reach, reach))
        rows = torch.arange(height, device=images.device) + (reach + down)[..., None]
        columns = torch.arange(width, device=images.device) + (reach + right)[..., None]
        columns = torch.where(flips[..., None], columns.flip(-1), columns)
        runs = torch.arange(images.shape[0], device=images.device).view(-1, 1, 1, 1)
        batch = torch.arange(images.shape[1], device=images.device).view(1, -1, 1, 1)
        taken = padded[runs, batch, :, rows[..., :, None], columns[..., None, :]]
        return taken.movedim(-1, 2)

    def _drawn(self, count: int, source: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Shifts along both axes, (B,) each, and whether to flip, (B,)."""
        reach = self._augmentation.shift
        down, right = torch.randint(-reach, reach + 1, (2, count), generator=source)
        chance = 0.5 if self._augmentation.flip else 0.0
        return down, right, torch.rand(count, generator=source) < chance

    def state(self) -> list[Tensor]:
        """States of the generators."""
        return [source.get_state() for source in self._generators]

    def restore(self, states: Sequence[Tensor]) -> None:
        """Take up saved states."""
        for source, state in zip(self._generators, states, strict=True):
            source.set_state(state)
