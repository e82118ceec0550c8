"""Train runs: groups of equal shape as one stack, in blocks; finished groups are not done twice."""

from collections.abc import Callable, Sequence
from functools import partial

import torch

from experiments.engine.context import Context
from experiments.engine.group import GroupTraining
from experiments.engine.outcome import outcomes
from experiments.engine.run import Run, Trained
from experiments.engine.share import ElsewhereError
from report.records.record import digest

STACK_BYTES = {"cpu": 2 << 20, "cuda": 2 << 30}
"""Memory for the activations of one stack's step: near the caches on a CPU, generous on a GPU."""


def train(runs: Sequence[Run], context: Context, *, label: str = "training") -> list[Trained]:
    """Train all runs; the outcome has the order of `runs`.

    Runs whose networks have the same layers, whose trainings differ at most in the learning rate
    and whose problems have equal sizes form stacks; convolutional networks are trained one by one.
    Raises ElsewhereError where `context` has a share of the groups and others are not finished.
    """
    groups = grouped(runs, context.device)
    total = sum(len(group) * runs[group[0]].training.epochs for group in groups)
    advance = context.progress.start(label, total)
    if context.share is not None:
        _train_share(runs, groups, context, advance)
    trained: dict[int, Trained] = {}
    for group in groups:
        members = [runs[index] for index in group]
        trained |= zip(group, _with_less_memory(members, context, advance), strict=True)
    return [trained[index] for index in range(len(runs))]


def _train_share(
    runs: Sequence[Run],
    groups: Sequence[list[int]],
    context: Context,
    advance: Callable[[int], None],
) -> None:
    """Train this share's groups; returns only where all the others are finished as well."""
    share = context.share
    assert share is not None
    unfinished = False
    for number, group in enumerate(groups):
        members = [runs[index] for index in group]
        if share.has(number):
            _with_less_memory(members, context, advance)
            continue
        state = context.cache.load(group_key(members, context.cache.salt))
        unfinished |= state is None or state["epoch"] < members[0].training.epochs
    if unfinished:
        raise ElsewhereError


def _with_less_memory(
    members: Sequence[Run], context: Context, advance: Callable[[int], None]
) -> list[Trained]:
    """Train a group; where the GPU's memory does not hold it, once more in two halves."""
    try:
        return _trained(members, context, advance)
    except torch.OutOfMemoryError:
        pass
    # Behind the except block: within it the traceback would still hold the tensors.
    torch.cuda.empty_cache()
    half = (len(members) + 1) // 2
    parts = [part for part in (members[:half], members[half:]) if part]
    return [outcome for part in parts for outcome in _trained(part, context, advance)]


def _trained(
    members: Sequence[Run], context: Context, advance: Callable[[int], None]
) -> list[Trained]:
    training = GroupTraining(members, context.device)
    key = group_key(members, context.cache.salt)
    state = context.cache.load(key)
    if state is not None:
        training.restore(state)
        advance(len(members) * training.epoch)
    training.finish(
        save=partial(context.cache.save, key),
        save_every=context.cache.seconds,
        advance=partial(_advance, advance, len(members)),
        evaluated=partial(context.watch.evaluated, members) if context.watch else None,
    )
    return outcomes(members, training.state())


def _advance(advance: Callable[[int], None], runs: int, epochs: int) -> None:
    advance(runs * epochs)


def group_key(runs: Sequence[Run], salt: str) -> str:
    """Digest of all that determines a group's outcome on one machine."""
    return digest(
        [salt, torch.__version__]
        + [
            {
                "network": run.network.model_dump(mode="json", exclude={"name", "training"}),
                "training": run.training.model_dump(mode="json"),
                "problem": run.problem.digest,
                "seed": run.seed,
                "double": run.double,
                "observe": vars(run.observe),
            }
            for run in runs
        ]
    )


def grouped(runs: Sequence[Run], device: torch.device) -> list[list[int]]:
    """Indices of runs that are trained together, in blocks that fit `STACK_BYTES`."""
    kinds: dict[str, list[int]] = {}
    for index, run in enumerate(runs):
        kinds.setdefault(_kind(run), []).append(index)
    blocks = []
    for members in kinds.values():
        members.sort(key=lambda index: _position(runs[index]))
        size = stack_size(runs[members[0]], device)
        blocks += [members[start : start + size] for start in range(0, len(members), size)]
    return blocks


def _position(run: Run) -> tuple[float, int, str]:
    """Place in the stack, whatever order was asked for: the last bits depend on it."""
    return run.training.learning_rate, run.seed, run.problem.digest


def stack_size(run: Run, device: torch.device) -> int:
    """Number of runs in a stack so that the activations of one step fit `STACK_BYTES`."""
    plain = run.network.perceptron
    if plain is None:
        return 1
    examples = run.training.batch_size or len(run.problem.inputs)
    width = sum(plain.hidden) + run.problem.outputs
    bytes_per_run = examples * width * (8 if run.double else 4)
    return max(8, min(256, STACK_BYTES[device.type] // bytes_per_run))


def _kind(run: Run) -> str:
    """Equal for runs that can share a stack."""
    problem = run.problem
    return digest(
        {
            "network": run.network.model_dump(mode="json", exclude={"name", "training"}),
            "training": run.training.model_dump(mode="json", exclude={"learning_rate"}),
            "sizes": [list(t.shape) for t in (problem.inputs, problem.test_inputs)],
            "outputs": problem.outputs,
            "normalization": [problem.mean, problem.std],
            "classification": problem.classification,
            "double": run.double,
            "observe": vars(run.observe),
        }
    )
