"""Losses and accuracies as TensorBoard scalars, for those who watch training there.

Imported only where `--log-dir` asks for it. Scalars are a view: no record depends on them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import Tensor

from experiments.engine.run import Run
from report.errors import UserError
from report.records.record import digest


class TensorBoard:
    """Writes one folder of event files per run: `<folder>/<problem>/<network, training, …>`."""

    def __init__(self, folder: Path) -> None:
        self._writer = summary_writer()
        self._folder = folder
        self._open: dict[int, Any] = {}
        self._runs: Sequence[Run] = ()

    def evaluated(self, runs: Sequence[Run], epoch: int, scalars: Mapping[str, Tensor]) -> None:
        """See `experiments.engine.context.Watch`. Raises UserError where it cannot be written."""
        if runs is not self._runs:
            self.close()
            self._runs = runs
        try:
            for index, run in enumerate(runs):
                for name, values in scalars.items():
                    tag, share = _scalar(run, name)
                    self._writer_of(index, run).add_scalar(tag, float(values[index]) / share, epoch)
        except OSError as error:
            raise UserError(
                f"{self._folder}: cannot be written ({error.strerror}); choose another --log-dir"
            ) from error

    def close(self) -> None:
        """Write what is buffered and close the files."""
        for writer in self._open.values():
            writer.close()
        self._open = {}

    def _writer_of(self, index: int, run: Run) -> Any:
        if index not in self._open:
            self._open[index] = self._writer(self._folder / _plain(run.problem.name) / _name(run))
        return self._open[index]


@contextmanager
def watching(folder: Path) -> Iterator[TensorBoard]:
    """Writes below `folder` while this lasts. Raises UserError where TensorBoard is missing."""
    watch = TensorBoard(folder)
    try:
        yield watch
    finally:
        watch.close()


def summary_writer() -> Any:
    """The class that writes scalars; raises UserError where TensorBoard is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise UserError(
            '--log-dir: TensorBoard is not installed; pip install ".[tensorboard]", '
            "or leave --log-dir out"
        ) from None
    return SummaryWriter


def _scalar(run: Run, name: str) -> tuple[str, int]:
    """Tag of a measured scalar and what it is divided by: correct answers become accuracies."""
    split, _, what = name.partition("_")
    if what != "correct":
        return f"{what}/{split}", 1
    targets = run.problem.targets if split == "train" else run.problem.test_targets
    return f"accuracy/{split}", len(targets)


def _name(run: Run) -> str:
    """What tells runs apart, and for the rest (labels, schedules) a digest; a resumed run has it
    too, so that its curve goes on.
    """
    training = run.training
    batch = "all" if training.batch_size is None else training.batch_size
    rest = digest([run.network.model_dump(), training.model_dump(), run.problem.digest])[:6]
    return _plain(
        f"{run.network.name}, {training.optimizer} {training.learning_rate:g}, batch {batch}, "
        f"seed {run.seed}, {rest}"
    )


def _plain(text: str) -> str:
    """`text` as the name of a folder."""
    return re.sub(r"[^\w.=-]+", "_", text).strip("._") or "_"
