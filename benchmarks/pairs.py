"""The pairs that are timed. Both sides take the same steps, batches and evaluations."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from benchmarks import baseline
from benchmarks.measure import Pair
from experiments.data.function_settings import FunctionSettings
from experiments.data.image_settings import ImageDataSettings
from experiments.engine.context import Context
from experiments.engine.problem import Problem
from experiments.engine.problems import function_problem
from experiments.engine.randomness import generator
from experiments.engine.run import Observe, Run, evaluation_epochs
from experiments.engine.train import train
from experiments.measures.hessian import spectra
from experiments.measures.interpolation import grid, line
from experiments.measures.rows import evaluate_rows
from experiments.models.build import initial_parameters
from experiments.settings.network import Convolution, Network
from experiments.settings.training import Precision, Training

CURVE = (1, 5, 10, 10, 10, 10, 10, 5, 1)
SMALL_MNIST = (784, 10, 20, 10)
LARGE_MNIST = (784, 500, 100, 50, 10)
RATE, DECAY = 4e-4, 1e-4
FEW = Observe(evaluations=1)
"""Of three epochs, evaluations at 0, 1 and 3: as many as epochs."""


@dataclass(frozen=True)
class Cnn:
    """A CNN of reference C: 3×3 convolutions, each with pooling, and a dense layer.

    `precision` is the engine's; bfloat16 is taken only where the processor computes in it.
    """

    channels: tuple[int, ...]
    padding: int
    features: int
    batch_size: int
    precision: Precision = "float32"

    def network(self) -> Network:
        """As the engine takes it."""
        layers = tuple(Convolution(channels=c, padding=self.padding, pool=2) for c in self.channels)
        return Network(name="cnn", convolutions=layers)

    def module(self) -> nn.Sequential:
        """As the baseline takes it."""
        return baseline.cnn(self.channels, self.padding, self.features, 10)


CNNS = {
    36_458: Cnn((16,), 0, 16 * 15 * 15, 64),
    11_085: Cnn((8, 10, 20, 25, 16), 1, 16, 512),
    425_194: Cnn((16, 256, 128, 64, 32), 1, 32, 512, "bfloat16"),
}


def perceptron(widths: tuple[int, ...], activation: str) -> Network:
    """As the engine takes it."""
    return Network.model_validate({"name": "mlp", "hidden": widths[1:-1], "activation": activation})


def curve_runs(count: int, epochs: int, points: int = 256, double: bool = False) -> list[Run]:
    """Full-batch trainings of the network with 571 parameters on sin(5πx)/(5πx)."""
    training = Training(loss="mse", learning_rate=RATE, weight_decay=DECAY, epochs=epochs)
    problem = function_problem(FunctionSettings(name="sinc", points=points))
    network = perceptron(CURVE, "leaky_relu")
    return [Run(network, training, problem, seed, double, FEW) for seed in range(count)]


def curves_plainly(runs: list[Run]) -> list[baseline.Progress]:
    """The same trainings, one after another."""
    found = []
    for run in runs:
        p, t = run.problem, run.training
        dtype = torch.float64 if run.double else torch.float32
        model = started(baseline.mlp(CURVE, nn.LeakyReLU), run).to(dtype)
        found.append(
            baseline.fit_curve(
                model,
                baseline.adam(model, t.learning_rate, t.weight_decay),
                (p.inputs.to(dtype), p.targets.to(dtype)),
                (p.test_inputs.to(dtype), p.test_targets.to(dtype)),
                run.epochs,
                evaluation_epochs(run.epochs, FEW.evaluations),
            )
        )
    return found


def started(model: nn.Module, run: Run) -> nn.Module:
    """The model with the run's initial parameters."""
    start = initial_parameters(run.network, run.problem.shape, generator(run.seed, "weights"))
    nn.utils.vector_to_parameters(start, model.parameters())
    return model


def image_runs(
    network: Network,
    problem: Problem,
    batch_size: int,
    seeds: int,
    precision: Precision = "float32",
) -> list[Run]:
    """Three epochs of classification with three evaluations."""
    training = Training(
        loss="cross_entropy",
        learning_rate=RATE,
        weight_decay=DECAY,
        batch_size=batch_size,
        epochs=3,
        precision=precision,
    )
    return [Run(network, training, problem, seed, observe=FEW) for seed in range(seeds)]


def images_plainly(
    runs: list[Run],
    module: Callable[[], nn.Module],
    train_set: baseline.Images,
    test_set: baseline.Images,
    *,
    order: Callable[[Run], torch.utils.data.Sampler[int]] | None = None,
    workers: int = 0,
) -> list[baseline.Progress]:
    """The same trainings, one after another; `order` replaces the random order of the images."""
    found = []
    for run in runs:
        t = run.training
        assert t.batch_size is not None
        model = started(module(), run)
        found.append(
            baseline.fit_images(
                model,
                baseline.adam(model, t.learning_rate, t.weight_decay),
                train_set,
                test_set,
                t.batch_size,
                run.epochs,
                evaluation_epochs(run.epochs, FEW.evaluations),
                order=order(run) if order else None,
                workers=workers,
            )
        )
    return found


def curve_pair(context: Context, count: int, epochs: int, target: float) -> Pair:
    """Some runs of the network with 571 parameters."""
    runs = curve_runs(count, epochs)
    return Pair(
        f"curve-{count}",
        f"{count} runs of {'-'.join(map(str, CURVE))}, 256 points, full batch",
        f"{epochs} steps",
        lambda: curves_plainly(runs),
        lambda: train(runs, context),
        target,
    )


def mnist_pair(context: Context, train_size: int, test_size: int) -> Pair:
    """Eight small networks on MNIST, in batches of 64."""
    problem = context.image_problem(
        ImageDataSettings(name="mnist", train_size=train_size, test_size=test_size)
    )
    runs = image_runs(perceptron(SMALL_MNIST, "relu"), problem, 64, 8)
    sets = mnist_sets(context.data_dir, problem)
    return Pair(
        "mnist-8",
        f"8 runs of MNIST {'-'.join(map(str, SMALL_MNIST))}, batch 64",
        f"3 epochs of {train_size} + {test_size} images",
        lambda: images_plainly(runs, lambda: baseline.mlp(SMALL_MNIST, nn.ReLU), *sets),
        lambda: train(runs, context),
        6,
    )


def mnist_sets(folder: Path, problem: Problem) -> tuple[baseline.Images, baseline.Images]:
    """The problem's images, train and test, as torchvision gives them."""
    transform = baseline.normalized(problem.mean, problem.std)
    return (
        baseline.mnist(folder, True, transform, len(problem.inputs)),
        baseline.mnist(folder, False, transform, len(problem.test_inputs)),
    )


def cifar_pair(
    context: Context, parameters: int, train_size: int, test_size: int, target: float | None
) -> Pair:
    """An epoch of a CNN on CIFAR-10: training, then loss and accuracy on both sets."""
    shape = CNNS[parameters]
    problem = context.image_problem(
        ImageDataSettings(name="cifar10", train_size=train_size, test_size=test_size)
    )
    runs = image_runs(shape.network(), problem, shape.batch_size, 1, shape.precision)
    folder = context.data_dir / "cifar10"
    transform = baseline.normalized(problem.mean, problem.std)
    sets = (
        baseline.image_folder(folder / "train", transform, train_size),
        baseline.image_folder(folder / "test", transform, test_size),
    )
    name = f"{parameters:,}".replace(",", " ")
    return Pair(
        f"cifar-{parameters}",
        f"CIFAR-10 epoch of the {name}-parameter CNN, batch {shape.batch_size}",
        f"3 epochs of {train_size} + {test_size} images",
        lambda: images_plainly(runs, shape.module, *sets),
        lambda: train(runs, context),
        target,
    )


def interpolation_pair(context: Context, train_size: int, test_size: int) -> Pair:
    """61 points of the line between two networks."""
    problem = context.image_problem(
        ImageDataSettings(name="mnist", train_size=train_size, test_size=test_size)
    )
    network = perceptron(LARGE_MNIST, "relu")
    first, second = (
        initial_parameters(network, problem.shape, generator(seed, "weights")) for seed in (0, 1)
    )
    alphas = grid(-1.0, 2.0, 61, (0.0, 1.0))
    sets = mnist_sets(context.data_dir, problem)
    return Pair(
        "interpolation",
        f"{len(alphas)} interpolation points of {'-'.join(map(str, LARGE_MNIST))}, MNIST",
        f"{train_size} + {test_size} images",
        lambda: baseline.interpolate(
            baseline.mlp(LARGE_MNIST, nn.ReLU), first, second, alphas, sets
        ),
        lambda: interpolated(network, problem, (first, second), alphas, context.device),
        3,
    )


def interpolated(
    network: Network,
    problem: Problem,
    ends: tuple[Tensor, Tensor],
    alphas: tuple[float, ...],
    device: torch.device,
) -> list[list[tuple[float, ...] | None]]:
    """Losses and accuracies of both sets by the product's measures."""
    rows = line(ends[0], ends[1], alphas)
    found = [evaluate_rows(network, problem, rows, "cross_entropy", s, device)
             for s in ("train", "test")]  # fmt: skip
    return [[f.loss, f.accuracy] for f in found]


def hessian_pair(context: Context, networks: int, plainly: int) -> Pair:
    """Spectra of networks of 571 parameters on 256 points; the baseline's of a few of them."""
    runs = curve_runs(networks, 1, double=True)
    problem, network = runs[0].problem, runs[0].network
    rows = torch.stack(
        [initial_parameters(network, problem.shape, generator(r.seed, "weights")) for r in runs]
    ).double()
    inputs, targets = problem.inputs.double(), problem.targets.double()

    def plain() -> list[Tensor]:
        models = (started(baseline.mlp(CURVE, nn.LeakyReLU), run).double() for run in runs)
        return [
            baseline.spectrum(model, inputs, targets)
            for model, _ in zip(models, range(plainly), strict=False)
        ]

    device = context.device
    return Pair(
        "hessian",
        f"exact Hessian spectrum of {networks} networks of 571 parameters, 256 points",
        f"baseline: {plainly} of the {networks} networks, scaled",
        plain,
        lambda: spectra(
            network, problem.shape, rows.to(device), inputs.to(device), targets.to(device), "mse"
        ),
        None,
        baseline_share=plainly / networks,
        limit=60.0,
    )


def scaling_pair(context: Context, count: int, epochs: int) -> Pair:
    """The product alone: one run, and many; per run."""
    return Pair(
        "scaling",
        f"cost per run at {count} runs against cost per run at 1, 571 parameters",
        f"{epochs} steps",
        lambda: train(curve_runs(1, epochs), context),
        lambda: train(curve_runs(count, epochs), context),
        8,
        product_share=count,
    )
