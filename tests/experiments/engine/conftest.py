"""A small problem, and one run on it or on the pictures."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from experiments.engine.problem import Problem
from experiments.engine.run import Run
from experiments.settings.network import Convolution, Network
from experiments.settings.training import Training


@pytest.fixture(scope="session")
def curve() -> Problem:
    """Regression: 20 points of a bent line, one input, one output."""
    x = torch.linspace(-1, 1, 20, dtype=torch.float64)[:, None]
    return Problem("curve", x, (3 * x).sin(), x * 0.9, (2.7 * x).sin(), 1, "curve")


@pytest.fixture
def make(curve: Problem, pictures: Problem) -> Callable[..., Run]:
    """A run in float64; keyword arguments change its network, training, problem or seed."""

    def run(
        kind: str = "mlp",
        seed: int = 0,
        double: bool = True,
        hidden: tuple[int, ...] = (4, 3),
        activation: str = "tanh",
        output: str = "logits",
        observe: Any = None,
        labels: torch.Tensor | None = None,
        **training: Any,
    ) -> Run:
        problem = curve if kind == "mlp" else pictures
        if labels is not None:
            problem = replace(problem, targets=labels, digest=f"labels {labels.tolist()}")
        convolutions = (Convolution(channels=3, padding=1, pool=2),) if kind == "cnn" else ()
        loss = "mse" if kind == "mlp" else "cross_entropy"
        made = Run(
            network=Network(
                name=kind,
                hidden=hidden,
                convolutions=convolutions,
                activation=activation,  # type: ignore[arg-type]
                output=output,  # type: ignore[arg-type]
            ),
            training=Training.model_validate(
                {"loss": loss, "learning_rate": 0.02, "epochs": 50, **training}
            ),
            problem=problem,
            seed=seed,
            double=double,
        )
        return replace(made, observe=observe) if observe else made

    return run
