"""The validation set: stratified, drawn once, not trained on, with its own curves."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from experiments.engine.context import Context
from experiments.engine.problems import held_out
from experiments.engine.run import Run
from experiments.engine.train import train


@pytest.mark.parametrize("share", [0.2, 0.25, 0.33, 0.5])
def test_each_class_gives_its_share(share: float) -> None:
    labels = torch.tensor([0] * 40 + [1] * 21 + [2] * 10)
    held = held_out(labels, share)
    assert int(held.sum()) == round(share * len(labels))
    for label in range(3):
        own = held[labels == label]
        assert abs(int(own.sum()) - share * len(own)) < 1
    assert torch.equal(held, held_out(labels, share))


def test_its_curves_are_its_own(make: Callable[..., Run], context: Context) -> None:
    run = make("images", epochs=3, batch_size=8)
    held = held_out(run.problem.targets, 0.3)
    images, labels = run.problem.inputs, run.problem.targets
    split = replace(
        run.problem,
        inputs=images[~held],
        targets=labels[~held],
        validation_inputs=images[held],
        validation_targets=labels[held],
    )
    tested = replace(split, test_inputs=images[held], test_targets=labels[held])
    (outcome,) = train([replace(run, problem=split)], context)
    (expected,) = train([replace(run, problem=tested)], context)
    assert outcome.history.validation_loss == pytest.approx(expected.history.test_loss)
    assert outcome.validation_accuracy == expected.test_accuracy
    assert torch.equal(outcome.parameters, expected.parameters)
