"""PyTorch's own loop for one run in float64: the oracle of optimizers, schedules, losses, clips."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional, utils
from torch.optim import lr_scheduler

from experiments.engine.randomness import generator
from experiments.engine.reference import plain_data
from experiments.engine.run import Run
from experiments.models.build import build, initialize
from experiments.settings.choice import parts


def named(module: Any, name: str) -> Any:
    return {n.lower(): v for n, v in vars(module).items() if isinstance(v, type)}[name.lower()]


def plain_loss(loss: Any, outputs: Tensor, targets: Tensor) -> Tensor:
    """The mean by PyTorch's own reduction."""
    name, arguments = parts(loss)
    name = {"mse": "MSELoss", "cross_entropy": "CrossEntropyLoss"}.get(name, name)
    if not targets.is_floating_point() and name not in (
        "CrossEntropyLoss",
        "NLLLoss",
        "MultiMarginLoss",
    ):
        targets = functional.one_hot(targets, outputs.shape[-1]).to(outputs.dtype)
        if name in ("SoftMarginLoss", "HingeEmbeddingLoss"):
            targets = torch.where(targets > 0, 1.0, -1.0)
    found: Tensor = getattr(nn, name)(**arguments)(outputs, targets)
    return found


def plain_schedule(schedule: Any, optimizer: torch.optim.Optimizer) -> Any:
    arguments = dict(schedule.arguments)
    if "schedulers" in arguments:
        inner = [plain_schedule(one, optimizer) for one in arguments["schedulers"]]
        if schedule.name == "SequentialLR":
            return lr_scheduler.SequentialLR(optimizer, inner, list(arguments["milestones"]))
        return lr_scheduler.ChainedScheduler(inner)
    return named(lr_scheduler, schedule.name)(optimizer, **arguments)


def trained(run: Run) -> Tensor:
    """Final parameters (P,)."""
    training = run.training
    module = build(run.network, run.problem.shape)
    initialize(module, generator(run.seed, "weights"))
    module.double()
    optimizer = named(torch.optim, parts(training.optimizer)[0])(
        module.parameters(), lr=training.learning_rate, **training.optimizer_arguments
    )
    schedule = training.schedule
    scheduler = plain_schedule(schedule, optimizer) if schedule else None
    inputs, targets = plain_data(run)
    order = generator(run.seed, "order")
    left = training.steps or 10**9
    for _ in range(run.epochs):
        batches: Any = [torch.arange(len(inputs))]
        if training.batch_size is not None:
            batches = torch.randperm(len(inputs), generator=order).split(training.batch_size)
        total = 0.0
        for batch in batches[:left]:

            def closure(batch: Tensor = batch) -> Tensor:
                optimizer.zero_grad()
                loss = plain_loss(training.loss, module(inputs[batch]), targets[batch])
                loss.backward()
                if training.clip and training.clip.norm:
                    utils.clip_grad_norm_(module.parameters(), training.clip.norm)
                if training.clip and training.clip.value:
                    utils.clip_grad_value_(module.parameters(), training.clip.value)
                return loss

            total += float(optimizer.step(closure)) * len(batch)
            left -= 1
            if schedule and scheduler and schedule.interval == "step":
                scheduler.step()
        if schedule and scheduler and schedule.interval == "epoch":
            by_loss = schedule.name == "ReduceLROnPlateau"
            scheduler.step(total / len(inputs)) if by_loss else scheduler.step()
    return torch.cat([p.detach().reshape(-1) for p in module.parameters()])
