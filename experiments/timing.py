"""How long a task trains, from a few steps timed here and now: where no record knows it."""

import math
import time
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from experiments.engine.losses import mean_losses
from experiments.engine.optimizers import RowOptimizer
from experiments.engine.problem import Problem
from experiments.engine.randomness import generator
from experiments.engine.run import Observe, Run, evaluation_epochs
from experiments.engine.train import stack_size
from experiments.models.build import initial_parameters
from experiments.models.stack import ensemble
from experiments.settings.use import Use
from experiments.tasks.task import TaskSettings, dataset_facts

STEPS = 5
"""Steps that are timed, after two that are not."""
BATCH = 64
"""Images of a convolutional network's step that is timed, at most; beyond, its time is taken as
proportional. The steps of perceptrons are short, and timed whole."""


def training_seconds(
    settings: TaskSettings,
    device: torch.device,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Seconds that the trainings of a task take: steps and evaluations, in the engine's stacks."""
    tests = max((dataset_facts(data).test_size for data in settings.image_data()), default=0)
    timed: dict[Use, tuple[float, float]] = {}
    total = 0.0
    for use in settings.uses():
        training = use.training
        once = training.model_copy(update={"epochs": 1, "steps": None})
        alike = replace(use, training=once, group=None)
        if alike not in timed:
            timed[alike] = _timed(use, device, clock)
        step, forward = timed[alike]
        epochs = training.epochs_of(use.train_size)
        examples = epochs * use.train_size
        evaluations = len(evaluation_epochs(epochs, Observe().evaluations))
        evaluated = evaluations * (use.train_size + (tests or use.train_size))
        total += examples * step + evaluated * forward
    return total


def _timed(use: Use, device: torch.device, clock: Callable[[], float]) -> tuple[float, float]:
    """Seconds per example of a step, and of a forward pass, of all runs of the use."""
    run = Run(use.network, use.training, _blank(use), seed=0)
    stack = min(use.runs, stack_size(run, device))
    batch = min(use.training.batch_size or use.train_size, use.train_size)
    if use.network.perceptron is None:
        batch = min(batch, BATCH)
    start = initial_parameters(use.network, use.shape, generator(0, "weights"))
    parameters = start.repeat(stack, 1).to(device)
    networks = ensemble(use.network, use.shape, parameters)
    optimizer = RowOptimizer(networks.trained, networks.gradients, [use.training] * stack)
    inputs = torch.zeros(stack, batch, *use.shape.input, device=device)
    targets = torch.zeros(stack, batch, dtype=torch.int64, device=device)
    if not use.classification:
        targets = torch.zeros(stack, batch, use.shape.outputs, device=device)

    def losses() -> Tensor:
        found = mean_losses(use.training.loss, networks(inputs, training=True), targets)
        networks.backward(found)
        return found

    def step() -> None:
        optimizer.step(losses(), again=losses)

    def forward() -> None:
        with torch.no_grad():
            networks(inputs)

    stacks = math.ceil(use.runs / stack)
    return tuple(_seconds(work, device, clock) * stacks / batch for work in (step, forward))  # type: ignore[return-value]


def _seconds(work: Callable[[], None], device: torch.device, clock: Callable[[], float]) -> float:
    """The least of `STEPS` times: others who use the processor can only add to it."""
    work()
    work()
    _wait(device)
    found = []
    for _ in range(STEPS):
        begin = clock()
        work()
        _wait(device)
        found.append(clock() - begin)
    return min(found)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _blank(use: Use) -> Problem:
    """A problem of the use's size that takes no memory."""
    inputs = torch.zeros(()).expand(use.train_size, *use.shape.input)
    targets = torch.zeros(()).expand(use.train_size, use.shape.outputs)
    return Problem("blank", inputs, targets, inputs, targets, use.shape.outputs, "blank")
