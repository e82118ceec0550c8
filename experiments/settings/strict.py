"""The base of all settings: frozen, closed to unknown keys, strict about types."""

from typing import Any, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from report.errors import did_you_mean as did_you_mean

LATER: Final = "added later"
"""Metadata of a field that came after records had been written, `Annotated[int, LATER] = 1`.

A dump leaves it out at its default, so that a new key makes no record stale.
"""


class Settings(BaseModel):
    """Base class of every settings table."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        validate_default=True,
        use_attribute_docstrings=True,
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


def frozen(value: Any) -> Any:
    """Lists as tuples, at any depth: what settings hold, and what strict validation asks for."""
    if isinstance(value, dict):
        return {key: frozen(part) for key, part in value.items()}
    return tuple(map(frozen, value)) if isinstance(value, (list, tuple)) else value
