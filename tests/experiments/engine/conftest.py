"""Small problems, one run, and a way to train that keeps nothing."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.engine.problem import Problem
from experiments.engine.run import Run
from experiments.settings.network import Convolution, Network
from experiments.settings.training import Training


@pytest.fixture
def context() -> Context:
    """CPU, nothing kept."""
    return Context(torch.device("cpu"), Path(), Cache(None))


@pytest.fixture(scope="session")
def curve() -> Problem:
    """Regression: 20 points of a bent line, one input, one output."""
    x = torch.linspace(-1, 1, 20, dtype=torch.float64)[:, None]
    return Problem("curve", x, (3 * x).sin(), x * 0.9, (2.7 * x).sin(), 1, "curve")


@pytest.fixture(scope="session")
def pictures() -> Problem:
    """Classification: 22 random images of 2 channels, 6×6 pixels, in three classes."""
    random = torch.Generator().manual_seed(5)

    def draw(count: int) -> torch.Tensor:
        return torch.randint(0, 256, (count, 2, 6, 6), dtype=torch.uint8, generator=random)

    labels, tests = torch.arange(22) % 3, torch.arange(10) % 3
    return Problem(
        "pictures", draw(22), labels, draw(10), tests, 3, "pictures", (0.4, 0.6), (0.3, 0.2)
    )


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
