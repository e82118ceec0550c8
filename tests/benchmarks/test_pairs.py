"""Baseline and engine do the same work: as many steps and evaluations, and the same losses."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from benchmarks import baseline, pairs
from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.engine.problem import Problem
from experiments.engine.randomness import generator
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import train
from experiments.measures.hessian import spectra
from experiments.models.build import counted_parameters, initial_parameters
from experiments.settings.network import Shape

CONTEXT = Context(torch.device("cpu"), Path(), Cache(None))


class Order(torch.utils.data.Sampler[int]):
    """The engine's order of the training images."""

    def __init__(self, run: Run) -> None:
        self._generator = generator(run.seed, "order")
        self._count = len(run.problem.inputs)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[int]:
        return iter(torch.randperm(self._count, generator=self._generator).tolist())


def losses(outcome: Trained) -> list[tuple[float, float]]:
    return list(zip(outcome.history.train_loss, outcome.history.test_loss, strict=True))


def steps(run: Run) -> int:
    """Steps that the engine takes: it records each when asked."""
    (outcome,) = train([replace(run, observe=Observe(steps=True))], CONTEXT)
    assert outcome.steps is not None
    return len(outcome.steps.loss)


def test_curves() -> None:
    runs = pairs.curve_runs(2, 20, points=16, double=True)
    for run, plain, outcome in zip(
        runs, pairs.curves_plainly(runs), train(runs, CONTEXT), strict=True
    ):
        assert plain.steps == steps(run) == 20
        assert len(plain.losses) == 3
        assert torch.tensor(plain.losses).sub(torch.tensor(losses(outcome))).abs().max() < 1e-9


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Random images, 3 channels, 32×32, in two classes: 10 and 4 of each."""
    random = torch.Generator().manual_seed(1)
    for split, count in (("train", 10), ("test", 4)):
        for name in ("cat", "dog"):
            (tmp_path / split / name).mkdir(parents=True)
            for index in range(count):
                pixels = torch.randint(0, 256, (32, 32, 3), dtype=torch.uint8, generator=random)
                Image.fromarray(pixels.numpy()).save(tmp_path / split / name / f"{index}.png")
    return tmp_path


def problem_of(folder: Path, mean: tuple[float, ...], std: tuple[float, ...]) -> Problem:
    def tensors(split: str) -> tuple[Tensor, Tensor]:
        transform = baseline.normalized([0.0] * 3, [1.0] * 3)
        images = baseline.image_folder(folder / split, transform)
        pairs_ = [images[index] for index in range(len(images))]  # type: ignore[arg-type]
        pixels = torch.stack([(image * 255).round().byte() for image, _ in pairs_])
        return pixels, torch.tensor([label for _, label in pairs_])

    return Problem("random", *tensors("train"), *tensors("test"), 10, "random", mean, std)


def test_image_folders(folder: Path) -> None:
    mean, std = (0.4, 0.5, 0.6), (0.3, 0.2, 0.25)
    problem = problem_of(folder, mean, std)
    transform = baseline.normalized(mean, std)
    sets = [baseline.image_folder(folder / split, transform) for split in ("train", "test")]
    shape = pairs.Cnn((4, 5), 1, 5 * 8 * 8, 8)
    runs = pairs.image_runs(shape.network(), problem, shape.batch_size, 1)
    (plain,) = pairs.images_plainly(runs, shape.module, sets[0], sets[1], order=Order)
    (outcome,) = train(runs, CONTEXT)
    assert plain.steps == steps(runs[0]) == 9
    assert torch.tensor(plain.losses) == pytest.approx(torch.tensor(losses(outcome)), abs=1e-4)


def test_a_fixed_part_of_each_class(folder: Path) -> None:
    part = baseline.image_folder(folder / "train", baseline.normalized([0.0], [1.0]), 6)
    assert [label for _, label in part] == [0, 0, 0, 1, 1, 1]  # type: ignore[attr-defined]


@pytest.mark.parametrize("parameters", list(pairs.CNNS))
def test_the_networks_are_those_of_the_table(parameters: int) -> None:
    shape = pairs.CNNS[parameters]
    assert counted_parameters(shape.network(), Shape((3, 32, 32), 10)) == parameters
    assert sum(p.numel() for p in shape.module().parameters()) == parameters


def test_interpolation(folder: Path) -> None:
    mean, std = (0.4, 0.5, 0.6), (0.3, 0.2, 0.25)
    problem = problem_of(folder, mean, std)
    transform = baseline.normalized(mean, std)
    sets = [baseline.image_folder(folder / split, transform) for split in ("train", "test")]
    widths = (3072, 6, 10)
    network = pairs.perceptron(widths, "relu")
    first, second = (
        initial_parameters(network, problem.shape, generator(seed, "weights")) for seed in (0, 1)
    )
    alphas = (-1.0, 0.0, 0.5, 1.0)
    plain = torch.tensor(
        baseline.interpolate(baseline.mlp(widths, nn.ReLU), first, second, alphas, sets)
    )
    found = pairs.interpolated(network, problem, (first, second), alphas, CONTEXT.device)
    assert plain.permute(1, 2, 0) == pytest.approx(torch.tensor(found), abs=1e-4)


def test_spectra() -> None:
    (run,) = pairs.curve_runs(1, 1, points=12, double=True)
    model = pairs.started(baseline.mlp(pairs.CURVE, nn.LeakyReLU), run).double()
    p, row = run.problem, nn.utils.parameters_to_vector(model.parameters()).detach()
    inputs, targets = p.inputs.double(), p.targets.double()
    plain = baseline.spectrum(model, inputs, targets)
    (found,) = spectra(run.network, p.shape, row[None], inputs, targets, "mse")
    assert len(plain) == 571
    assert (plain - found).abs().max() < 1e-12
