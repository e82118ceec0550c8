"""The plain way, as a good student writes it: one model after another, DataLoader, no tricks.

Nothing here comes from the engine. Optimizers have torch's defaults. A full batch of a function's
points is used as it is, which is faster than a DataLoader. Who takes no images does not wait for
torchvision, which takes seconds to import.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, Sampler, Subset

if TYPE_CHECKING:
    from torchvision import datasets, transforms

Images = Dataset[tuple[Tensor, int]]
EVALUATION_BATCH = 1000


@dataclass
class Progress:
    """Optimizer steps done; mean train and test loss at every evaluation."""

    steps: int = 0
    losses: list[tuple[float, float]] = field(default_factory=list)


def mlp(widths: Sequence[int], activation: type[nn.Module]) -> nn.Sequential:
    """A multilayer perceptron for inputs of any shape."""
    layers: list[nn.Module] = [nn.Flatten()]
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1])


def cnn(channels: Sequence[int], padding: int, features: int, classes: int) -> nn.Sequential:
    """3×3 convolutions of images with 3 channels, each with ReLU and pooling; a dense layer."""
    layers: list[nn.Module] = []
    for inputs, outputs in zip((3, *channels[:-1]), channels, strict=True):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=padding), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(features, classes))


def adam(model: nn.Module, rate: float, decay: float) -> torch.optim.Optimizer:
    """Adam with torch's defaults."""
    return torch.optim.Adam(model.parameters(), lr=rate, weight_decay=decay)


def fit_curve(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    train: tuple[Tensor, Tensor],
    test: tuple[Tensor, Tensor],
    epochs: int,
    evaluated: Sequence[int],
) -> Progress:
    """Full-batch regression; evaluated after the epochs `evaluated` (0: before the first)."""
    progress = Progress()
    for epoch in range(epochs + 1):
        if epoch:
            optimizer.zero_grad()
            functional.mse_loss(model(train[0]), train[1]).backward()
            optimizer.step()
            progress.steps += 1
        if epoch in evaluated:
            with torch.no_grad():
                a, b = (functional.mse_loss(model(x), y).item() for x, y in (train, test))
            progress.losses.append((a, b))
    return progress


def fit_images(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    train: Images,
    test: Images,
    batch_size: int,
    epochs: int,
    evaluated: Sequence[int],
    *,
    order: Sampler[int] | None = None,
    workers: int = 0,
) -> Progress:
    """Classification by mini-batches; evaluated on both sets after the epochs `evaluated`.

    `order` replaces the random order of the training images; `workers` is DataLoader's.
    """
    loader = DataLoader(
        train, batch_size, shuffle=order is None, sampler=order, num_workers=workers
    )
    progress = Progress()
    for epoch in range(epochs + 1):
        if epoch:
            for images, labels in loader:
                optimizer.zero_grad()
                functional.cross_entropy(model(images), labels).backward()
                optimizer.step()
                progress.steps += 1
        if epoch in evaluated:
            a, b = (loss_and_accuracy(model, data, workers)[0] for data in (train, test))
            progress.losses.append((a, b))
    return progress


def loss_and_accuracy(model: nn.Module, data: Images, workers: int = 0) -> tuple[float, float]:
    """Mean cross-entropy and accuracy on a whole data set."""
    loss, correct, count = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in DataLoader(data, EVALUATION_BATCH, num_workers=workers):
            outputs = model(images)
            loss += functional.cross_entropy(outputs, labels, reduction="sum").item()
            correct += int((outputs.argmax(1) == labels).sum().item())
            count += len(labels)
    return loss / count, correct / count


def interpolate(
    model: nn.Module, first: Tensor, second: Tensor, alphas: Iterable[float], sets: Sequence[Images]
) -> list[list[tuple[float, float]]]:
    """Loss and accuracy on each of `sets` at (1 − α)·first + α·second, one α after another."""
    found = []
    for alpha in alphas:
        nn.utils.vector_to_parameters((1 - alpha) * first + alpha * second, model.parameters())
        found.append([loss_and_accuracy(model, data) for data in sets])
    return found


def spectrum(model: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
    """Eigenvalues of the mean squared error's Hessian: a row per parameter, by double backward."""
    parameters = list(model.parameters())
    loss = functional.mse_loss(model(inputs), targets)
    first = torch.autograd.grad(loss, parameters, create_graph=True)
    rows = []
    for entry in torch.cat([g.flatten() for g in first]):
        row = torch.autograd.grad(entry, parameters, retain_graph=True, materialize_grads=True)
        rows.append(torch.cat([part.flatten() for part in row]))
    values: Tensor = torch.linalg.eigvalsh(torch.stack(rows))
    return values


def normalized(mean: Sequence[float], std: Sequence[float]) -> transforms.Compose:
    """The usual transform of images."""
    from torchvision import transforms

    return transforms.Compose([transforms.ToTensor(), transforms.Normalize(mean, std)])


def image_folder(folder: Path, transform: transforms.Compose, size: int | None = None) -> Images:
    """Images in folders named by their classes; `size`: as many of each class, the first ones."""
    from torchvision import datasets

    return _first(datasets.ImageFolder(folder, transform), size)


def mnist(folder: Path, train: bool, transform: transforms.Compose, size: int) -> Images:
    """MNIST as torchvision gives it, the first `size` / 10 of each class."""
    from torchvision import datasets

    return _first(datasets.MNIST(folder, train, transform), size)


def _first(data: datasets.ImageFolder | datasets.MNIST, size: int | None) -> Images:
    if size is None:
        return data
    targets = torch.as_tensor(data.targets)
    each = size // len(data.classes)
    chosen = [(targets == label).nonzero().flatten()[:each] for label in targets.unique()]
    return Subset(data, torch.cat(chosen).sort().values.tolist())
