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
    """A run's history goes to its own end, whatever the stack did behind it.

    Where there is a stopping rule, the last evaluation of the state is that of the `parameters` of
    all runs; only those that stopped take it, for the epoch of their end.
    """
    observed = state["observed"]
    stopped_at = _epoch(state["ends"]["stopped"][index])
    diverged_at = _epoch(state["ends"]["diverged"][index])
    epochs: list[int] = list(observed["epochs"])
    kept = range(len(epochs) - (run.training.stop is not None))
    end = next((epoch for epoch in (stopped_at, diverged_at) if epoch is not None), None)
    kept_rows = [row for row in kept if end is None or epochs[row] < end]
    if stopped_at is not None:
        kept_rows.append(len(epochs) - 1)
        epochs[-1] = stopped_at
    columns = {
        name: tuple(values[kept_rows, index].tolist())
        for name, values in observed["history"].items()
    }
    snapshots, snapshot_epochs = _snapshots(run, index, state, stopped_at)
    return Trained(
        run=run,
        parameters=state["parameters"][index].clone(),
        history=History(epochs=tuple(epochs[row] for row in kept_rows), **columns),
        diverged_at=diverged_at,
        stopped_at=stopped_at,
        snapshots=snapshots,
        snapshot_epochs=snapshot_epochs,
        steps=_steps(run, index, state, stopped_at),
    )


def _epoch(found: Tensor) -> int | None:
    return int(found) if found >= 0 else None


def _snapshots(
    run: Run, index: int, state: dict[str, Any], stopped_at: int | None
) -> tuple[Tensor | None, tuple[int, ...]]:
    """Snapshots with their epochs; for a run that the rule ended, up to its end."""
    taken: Tensor | None = state["observed"]["snapshots"]
    every, last = run.observe.snapshot_every, run.epochs
    if taken is None or every is None:
        return None, ()
    epochs = [e for e in range(last + 1) if e % every == 0 or e == last][: len(taken)]
    if stopped_at is None:
        return taken[:, index], tuple(epochs)
    before = [e for e in epochs if e < stopped_at]
    kept = torch.cat([taken[: len(before), index], state["parameters"][index].unsqueeze(0)])
    return kept, (*before, stopped_at)


def _steps(run: Run, index: int, state: dict[str, Any], stopped_at: int | None) -> Steps | None:
    """Loss and gradient norm of every step; for a run that the rule ended, up to its end."""
    steps: Tensor | None = state["observed"]["steps"]
    if steps is None:
        return None
    if stopped_at is not None:
        steps = steps[: stopped_at * run.training.steps_per_epoch(len(run.problem.inputs))]
    return Steps(steps[:, 0, index], steps[:, 1, index])
