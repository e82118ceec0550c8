"""The outcome of each run, read from the final state of its group."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from experiments.engine.run import History, Run, Steps, Trained


def outcomes(runs: Sequence[Run], state: dict[str, Any]) -> list[Trained]:
    """One `Trained` per run of a finished group, in order."""
    return [_outcome(run, index, state) for index, run in enumerate(runs)]


def _outcome(run: Run, index: int, state: dict[str, Any]) -> Trained:
    losses: Tensor = state["history"]["train_loss"][:, index]
    tests: Tensor = state["history"]["test_loss"][:, index]
    epochs: list[int] = state["history_epochs"]
    ended = int(state["ended"][index])
    stopped_at = ended if ended >= 0 else None
    bad = (~(torch.isfinite(losses) & torch.isfinite(tests))).nonzero().flatten()
    diverged_at = epochs[int(bad[0])] if len(bad) else None
    kept = [i for i in range(len(epochs)) if diverged_at is None or epochs[i] < diverged_at]
    shown = list(epochs)
    if stopped_at is not None and diverged_at is None:
        # The last evaluation holds the parameters at which the rule ended the run.
        kept = [i for i in kept[:-1] if epochs[i] < stopped_at] + [len(epochs) - 1]
        shown[-1] = stopped_at
    elif epochs[-2:-1] == epochs[-1:] and diverged_at is None:
        kept.pop()  # the last evaluation repeats the one before, for the runs that the rule ended
    history = History(
        epochs=tuple(shown[i] for i in kept),
        train_loss=tuple(losses[kept].tolist()),
        test_loss=tuple(tests[kept].tolist()),
        train_correct=_counts(state, "train_correct", index, kept),
        test_correct=_counts(state, "test_correct", index, kept),
    )
    snapshots, snapshot_epochs = _snapshots(run, index, state, stopped_at)
    return Trained(
        run=run,
        parameters=state["final"][index].clone(),
        history=history,
        diverged_at=diverged_at,
        stopped_at=stopped_at,
        snapshots=snapshots,
        snapshot_epochs=snapshot_epochs,
        steps=_steps(run, index, state, stopped_at),
    )


def _counts(state: dict[str, Any], name: str, index: int, kept: list[int]) -> tuple[int, ...]:
    counts = state["history"].get(name)
    return () if counts is None else tuple(counts[kept, index].tolist())


def _snapshots(
    run: Run, index: int, state: dict[str, Any], stopped_at: int | None
) -> tuple[Tensor | None, tuple[int, ...]]:
    """Snapshots with their epochs; for a run that the rule ended, up to its end."""
    taken: Tensor | None = state["snapshots"]
    every, last = run.observe.snapshot_every, run.training.epochs
    if taken is None or every is None:
        return None, ()
    epochs = [e for e in range(last + 1) if e % every == 0 or e == last][: len(taken)]
    if stopped_at is None:
        return taken[:, index], tuple(epochs)
    before = [e for e in epochs if e < stopped_at]
    kept = torch.cat([taken[: len(before), index], state["final"][index].unsqueeze(0)])
    return kept, (*before, stopped_at)


def _steps(run: Run, index: int, state: dict[str, Any], stopped_at: int | None) -> Steps | None:
    """Loss and gradient norm of every step; for a run that the rule ended, up to its end."""
    steps: Tensor | None = state["steps"]
    if steps is None:
        return None
    if stopped_at is not None:
        examples = len(run.problem.inputs)
        steps = steps[: stopped_at * -(-examples // (run.training.batch_size or examples))]
    return Steps(steps[:, 0, index], steps[:, 1, index])
