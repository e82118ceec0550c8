"""Plain torch beside the engine: a trained network, its images, losses with arguments."""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from experiments.engine.problem import Problem, Split

LOSSES: list[tuple[dict[str, Any], nn.Module]] = [
    (
        {"name": "cross_entropy", "label_smoothing": smoothing},
        nn.CrossEntropyLoss(label_smoothing=smoothing),
    )
    for smoothing in (0.1, 0.3)
] + [({"name": "MultiMarginLoss", "margin": 0.5}, nn.MultiMarginLoss(margin=0.5))]
"""What a suite says, and the same in torch's words."""


def network(parameters: Tensor, *widths: int) -> nn.Sequential:
    """Dense layers of these widths with ReLU between them, at these parameters, in float64."""
    layers: list[nn.Module] = [nn.Flatten()]
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), nn.ReLU()]
    built = nn.Sequential(*layers[:-1]).double()
    nn.utils.vector_to_parameters(parameters.double(), built.parameters())
    return built


def examples(problem: Problem, split: Split) -> tuple[Tensor, Tensor]:
    """All images of mean 0 and standard deviation 1, in float64, and their classes."""
    trained = split == "train"
    images = problem.inputs if trained else problem.test_inputs
    mean, std = (torch.tensor(v).double().view(-1, 1, 1) for v in (problem.mean, problem.std))
    classes = problem.targets if trained else problem.test_targets
    return (images.double() / 255 - mean) / std, classes


def hessian(loss: nn.Module, net: nn.Sequential, images: Tensor, classes: Tensor) -> Tensor:
    """Of the loss over the images, (P, P), over the parameters in order."""
    names = [name for name, _ in net.named_parameters()]
    shapes = [one.shape for one in net.parameters()]

    def at(flat: Tensor) -> Tensor:
        parts = flat.split([shape.numel() for shape in shapes])
        own = {n: p.view(s) for n, p, s in zip(names, parts, shapes, strict=True)}
        found: Tensor = loss(torch.func.functional_call(net, own, (images,)), classes)
        return found

    flat = nn.utils.parameters_to_vector(net.parameters()).detach()
    found: Tensor = torch.autograd.functional.hessian(at, flat)
    return found
