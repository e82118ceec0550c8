"""Another training for one network, one function or one side of a pair: only what differs."""

from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any

from pydantic import (
    SerializerFunctionWrapHandler,
    ValidationError,
    create_model,
    model_serializer,
)

from experiments.settings.strict import Settings
from experiments.settings.training import Training

INSTEAD = (("epochs", "steps"),)
"""Keys of which a training has one: giving one takes the other away."""


class _Change(Settings):
    """Keys of a training that replace the task's; those left out stay as they are."""

    @model_serializer(mode="wrap")
    def _given_only(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {k: v for k, v in handler(self).items() if k in self.model_fields_set}


def _optional() -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, known in Training.model_fields.items():
        field = copy(known)
        field.default, field.default_factory, field.validate_default = None, None, False
        fields[name] = (known.annotation, field)
    return fields


if TYPE_CHECKING:
    TrainingChange = _Change
else:
    TrainingChange = create_model("TrainingChange", __base__=_Change, **_optional())


def changed(training: Training, *changes: _Change | None) -> Training:
    """The training with the changes made one after the other; raises ValueError."""
    given: dict[str, Any] = {name: getattr(training, name) for name in training.model_fields_set}
    for change in changes:
        if change is not None:
            given = _merged(given, {n: getattr(change, n) for n in change.model_fields_set})
    if not any(changes):
        return training
    try:
        return Training.model_validate(given)
    except ValidationError as error:
        # Each key was checked with the change; what is left is how keys fit together.
        told = "; ".join(one["msg"].removeprefix("Value error, ") for one in error.errors())
        raise ValueError(f"together with the task's training, {told}") from None


def _merged(given: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    replaced = {
        key
        for keys in INSTEAD
        if any(key in change for key in keys)
        for key in keys
        if key not in change
    }
    return {k: v for k, v in given.items() if k not in replaced} | dict(change)
