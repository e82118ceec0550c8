"""The plain loop: one network, PyTorch's own modules and optimizers, no tricks.

Nothing in the product trains with it; the stacks are tested against it, and `benchmarks/` measures
what they gain.
"""

from contextlib import nullcontext

import torch
from torch import Tensor, nn

from experiments.engine.losses import mean_losses
from experiments.engine.randomness import generator
from experiments.engine.run import Run
from experiments.models.build import initialized, seeded
from experiments.models.state import State


def train_plainly(run: Run) -> Tensor:
    """Final state (P + Q,) of `run`, trained on the CPU.

    Stopping rules, augmentation and bfloat16 are not supported.
    """
    problem, training = run.problem, run.training
    module = initialized(run.network, problem.shape, generator(run.seed, "weights"))
    draws = bool(run.network.layers) or run.network.module is not None
    noise = generator(run.seed, "noise")
    if run.double:
        module.double()
    optimizer = plain_optimizer(module, run)
    scheduler = None
    if training.schedule is not None:
        scheduler = torch.optim.lr_scheduler.StepLR(
            optimizer, training.schedule.arg("step_size"), training.schedule.arg("gamma")
        )
    order = generator(run.seed, "order")
    inputs, targets = plain_data(run)
    for _ in range(run.epochs):
        if training.batch_size is None:
            batches = [torch.arange(len(inputs))]
        else:
            batches = list(torch.randperm(len(inputs), generator=order).split(training.batch_size))
        for batch in batches:
            optimizer.zero_grad()
            with seeded(noise) if draws else nullcontext():
                outputs = module(inputs[batch])
            loss = mean_losses(training.loss, outputs[None], targets[batch][None])[0]
            loss.backward()
            optimizer.step()
        if scheduler is not None:
            scheduler.step()
    return State.of(module).vector(module)


def plain_optimizer(module: nn.Module, run: Run) -> torch.optim.Optimizer:
    """PyTorch's optimizer with its default implementation."""
    training = run.training
    rate, decay = training.learning_rate, training.weight_decay
    if training.optimizer == "adam":
        return torch.optim.Adam(module.parameters(), lr=rate, weight_decay=decay)
    if training.optimizer == "sgd":
        return torch.optim.SGD(
            module.parameters(), lr=rate, momentum=training.momentum, weight_decay=decay
        )
    return torch.optim.RMSprop(
        module.parameters(), lr=rate, momentum=training.momentum, weight_decay=decay
    )


def plain_data(run: Run) -> tuple[Tensor, Tensor]:
    """Training inputs (normalized) and targets in the run's precision."""
    problem = run.problem
    dtype = torch.float64 if run.double else torch.float32
    inputs, targets = problem.inputs, problem.targets
    if inputs.is_floating_point():
        inputs = inputs.to(dtype)
    else:
        axes = (-1,) + (1,) * (inputs.dim() - 2)
        mean = torch.tensor(problem.mean, dtype=dtype).view(axes)
        std = torch.tensor(problem.std, dtype=dtype).view(axes)
        inputs = (inputs.to(dtype) / 255 - mean) / std
    return inputs, targets.to(dtype) if targets.is_floating_point() else targets
