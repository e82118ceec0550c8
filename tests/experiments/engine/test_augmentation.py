"""Flips and shifts against a loop over pixels; each run by its own generator."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from experiments.engine.augmentation import Augmenter
from experiments.engine.context import Context
from experiments.engine.randomness import generator
from experiments.engine.run import Run
from experiments.engine.train import train
from experiments.settings.training import Augmentation, Training


@pytest.fixture
def images() -> Tensor:
    """(2, 12, 3, 5, 6), no pixel zero."""
    random = torch.Generator().manual_seed(1)
    return torch.randint(1, 256, (2, 12, 3, 5, 6), dtype=torch.uint8, generator=random)


@pytest.mark.parametrize("flip", [True, False])
def test_pixel_by_pixel(images: Tensor, flip: bool) -> None:
    found = Augmenter(Augmentation(flip=flip, shift=2), (3, 5))(images)
    flipped = 0
    for run, seed in enumerate((3, 5)):
        source = generator(seed, "augmentation")
        down, right = torch.randint(-2, 3, (2, 12), generator=source).tolist()
        mirrored = (torch.rand(12, generator=source) < 0.5).tolist()
        for number in range(12):
            flipped += flip and mirrored[number]
            wanted = torch.zeros_like(images[run, number])
            for row in range(5):
                for column in range(6):
                    y = row + down[number]
                    x = (5 - column if flip and mirrored[number] else column) + right[number]
                    if 0 <= y < 5 and 0 <= x < 6:
                        wanted[:, row, column] = images[run, number, :, y, x]
            assert torch.equal(found[run, number], wanted)
    assert found.dtype == torch.uint8
    assert 0 < flipped < 24 or not flip


def test_nothing_to_change_changes_nothing(images: Tensor) -> None:
    assert torch.equal(Augmenter(Augmentation(flip=False, shift=0), (0, 1))(images), images)


@pytest.mark.parametrize("kind", ["images", "cnn"])
def test_a_run_sees_the_same_in_any_stack(
    make: Callable[..., Run], context: Context, kind: str
) -> None:
    def runs(*seeds: int, **more: Any) -> list[Run]:
        return [make(kind, seed=s, batch_size=6, epochs=5, **more) for s in seeds]

    alone = train(runs(1, augmentation={"shift": 1}), context)[0]
    stacked = train(runs(0, 1, 2, augmentation={"shift": 1}), context)
    torch.testing.assert_close(stacked[1].parameters, alone.parameters, rtol=0, atol=1e-12)
    plain = train(runs(1), context)[0]
    assert not torch.allclose(plain.parameters, alone.parameters, atol=1e-3)
    assert plain.history.train_loss[0] == pytest.approx(alone.history.train_loss[0], rel=1e-12)


def test_needs_batches() -> None:
    with pytest.raises(ValidationError, match="augmentation needs batches"):
        Training(loss="cross_entropy", epochs=1, augmentation=Augmentation())
