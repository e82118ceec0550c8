"""Train runs: groups of equal shape as one stack, in blocks; finished groups are not done twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from experiments.engine.context import Context
from experiments.engine.run import Run, Trained
from experiments.settings.choice import parts
from report.records.record import digest

if TYPE_CHECKING:
    import torch

    from experiments.engine.group import GroupTraining


STACK_BYTES = {"cpu": 2 << 20, "cuda": 2 << 30}
"""Memory for the activations of one stack's step: near the caches on a CPU, generous on a GPU."""


def train(runs: Sequence[Run], context: Context, *, label: str = "training") -> list[Trained]:
    """Train all runs; the outcome has the order of `runs`.

    Runs whose networks have the same layers, whose trainings differ at most in the learning rate
    and whose problems have equal sizes form stacks. Convolutional networks are trained one by one,
    and so is everything by LBFGS, whose steps are not element-wise. Other processes that train the
    same runs take their part: what one of them is training comes last, and is taken up from the
    cache.
    """
    groups = grouped(runs, context.device)
    total = sum(len(group) * runs[group[0]].epochs for group in groups)
    advance = context.progress.start(label, total)
    trained: dict[int, Trained] = {}
    for wait in (False, True):
        for group in groups:
            if group[0] in trained:
                continue
            members = [runs[index] for index in group]
            with context.cache.claimed(group_key(members, context.cache.salt), wait=wait) as mine:
                if mine:
                    outcome = _with_less_memory(members, context, advance)
                    trained |= zip(group, outcome, strict=True)
    return [trained[index] for index in range(len(runs))]


def _with_less_memory(
    members: Sequence[Run], context: Context, advance: Callable[[int], None]
) -> list[Trained]:
    """Train a group; where the GPU's memory does not hold it, once more in two halves."""
    import torch

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
    import torch

    from experiments.engine.form import has_form
    from experiments.engine.group import GroupTraining

    key = group_key(members, context.cache.salt)
    training = GroupTraining(members, context.device)
    state = context.cache.load(key)
    if state is not None and has_form(state, training.state()):
        try:
            training.restore(state)
            return _finished(training, members, key, context, advance)
        except (KeyError, IndexError, TypeError, ValueError, RuntimeError) as error:
            if isinstance(error, torch.OutOfMemoryError):
                raise
        training = GroupTraining(members, context.device)
    if state is not None:
        context.cache.discard(key)  # a whole file with a wrong content
    return _finished(training, members, key, context, advance)


def _finished(
    training: GroupTraining,
    members: Sequence[Run],
    key: str,
    context: Context,
    advance: Callable[[int], None],
) -> list[Trained]:
    """Train from where the group stands to the end."""
    from experiments.engine.outcome import outcomes

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
    import torch

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
    if plain is None or parts(run.training.optimizer)[0] == "LBFGS":
        return 1
    examples = run.training.batch_size or len(run.problem.inputs)
    width = sum(plain.hidden) + run.problem.outputs
    bytes_per_run = examples * width * (8 if run.double else 4)
    return max(8, min(256, STACK_BYTES[device.type] // bytes_per_run))


def _kind(run: Run) -> str:
    """Equal for runs that can share a stack."""
    problem = run.problem
    sets = (problem.inputs, problem.test_inputs, problem.validation_inputs)
    return digest(
        {
            "network": run.network.model_dump(mode="json", exclude={"name", "training"}),
            "training": run.training.model_dump(mode="json", exclude={"learning_rate"}),
            "sizes": [list(t.shape) for t in sets if t is not None],
            "outputs": problem.outputs,
            "normalization": [problem.mean, problem.std],
            "classification": problem.classification,
            "double": run.double,
            "observe": vars(run.observe),
        }
    )
