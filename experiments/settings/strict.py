"""The base of all settings: frozen, closed to unknown keys, strict about types."""

from typing import Any, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)
from pydantic_core import ErrorDetails

from report.errors import did_you_mean as did_you_mean

LATER: Final = "added later"
"""Metadata of a field that came after records had been written, `Annotated[int, LATER] = 1`.

A dump leaves it out at its default, so that a new key makes no record stale.
"""


class Settings(BaseModel):
    """Base class of every settings table."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True
    )

    @model_serializer(mode="wrap")
    def _without_later_defaults(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        dumped: dict[str, Any] = handler(self)
        for name, field in type(self).model_fields.items():
            if LATER in field.metadata and getattr(self, name) == field.get_default(
                call_default_factory=True
            ):
                dumped.pop(name, None)
        return dumped


def explain(error: ValidationError, model: type[BaseModel]) -> str:
    """First fault of a validation as `key: cause; remedy`, one line."""
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"])
    return f"{key}: {_cause(fault, model)}" if key else _cause(fault, model)


def _cause(fault: ErrorDetails, model: type[BaseModel]) -> str:
    if fault["type"] == "extra_forbidden":
        owner = _owner(model, fault["loc"][:-1])
        known = list(owner.model_fields) if owner else []
        return "unknown key" + (did_you_mean(str(fault["loc"][-1]), known) if known else "")
    if fault["type"] == "missing":
        return "is required and missing"
    given = fault.get("input")
    message = fault["msg"].removeprefix("Value error, ")
    shown = "" if isinstance(given, (dict, BaseModel)) else f" (given: {given!r})"
    return message[0].lower() + message[1:] + shown


def _owner(model: type[BaseModel], path: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The settings class at `path` below `model`, found through the fields' annotations."""
    for part in path:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        if field is None:
            return None
        found = _settings_class(field.annotation)
        if found is None:
            return None
        model = found
    return model


def _settings_class(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _settings_class(inner)
        if found is not None:
            return found
    return None
