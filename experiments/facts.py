"""What a record says of a task beside what was measured: its networks, its data, notes."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from experiments.engine.precision import bfloat16_pays
from experiments.models.build import counted_parameters
from experiments.settings.consistency import notes
from experiments.settings.use import Use
from experiments.tasks.task import TaskSettings, dataset_facts, models
from report.records import Dataset, Model


@dataclass(frozen=True)
class Facts:
    """Parts of a record, see `report.records.Record`."""

    dataset: Dataset | tuple[Dataset, ...] | None
    models: tuple[Model, ...]
    notes: tuple[str, ...]


def facts(settings: TaskSettings, device: torch.device) -> Facts:
    """The facts of a task with these settings, computed on `device`."""
    datasets = tuple(dataset_facts(data) for data in settings.image_data())
    return Facts(
        dataset=None if not datasets else datasets[0] if len(datasets) == 1 else datasets,
        models=models(settings.uses(), counted_parameters),
        notes=(*notes(settings), *precision_notes(settings.uses(), device)),
    )


def precision_notes(uses: Sequence[Use], device: torch.device) -> tuple[str, ...]:
    """Where bfloat16 was asked for, whether the steps were computed in it."""
    asked = [u for u in uses if u.training.precision == "bfloat16" and u.network.convolutional]
    if not asked:
        return ()
    if bfloat16_pays(device):
        return ("The steps of convolutional networks were computed in bfloat16.",)
    return ("This processor has no instructions for bfloat16: the steps were computed in float32.",)
