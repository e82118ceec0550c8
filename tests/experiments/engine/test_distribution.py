"""Over many seeds, the stack's final losses come from the plain loop's distribution."""

from collections.abc import Callable

import pytest
import torch
from scipy.stats import ks_2samp

from experiments.engine.context import Context
from experiments.engine.losses import mean_losses
from experiments.engine.reference import plain_data, train_plainly
from experiments.engine.run import Run
from experiments.engine.train import train
from experiments.models.predict import outputs

Make = Callable[..., Run]
SEEDS = 50


def final_loss(run: Run, parameters: torch.Tensor) -> float:
    inputs, targets = plain_data(run)
    found = outputs(run.network, run.problem.shape, [parameters], inputs)
    return mean_losses(run.training.loss, found, targets[None]).item()


@pytest.mark.sweep
@pytest.mark.parametrize(("kind", "rate", "epochs"), [("mlp", 0.01, 15), ("images", 0.003, 5)])
def test_final_losses_over_seeds(
    make: Make, context: Context, kind: str, rate: float, epochs: int
) -> None:
    """Other seeds on either side: the two samples share nothing but the distribution.

    Trainings so short that their ends still tell of their beginnings.
    """

    def runs(first: int) -> list[Run]:
        return [
            make(kind, seed=seed, double=False, batch_size=8, epochs=epochs, learning_rate=rate)
            for seed in range(first, first + SEEDS)
        ]

    stacked = [final_loss(o.run, o.parameters) for o in train(runs(0), context)]
    plain = [final_loss(run, train_plainly(run)) for run in runs(SEEDS)]
    assert ks_2samp(stacked, plain).pvalue > 0.01
    # The test would see losses that are lower by a quarter.
    assert ks_2samp([0.75 * loss for loss in stacked], plain).pvalue < 0.01
