"""Settings of a function that networks simulate."""

from typing import Any, Self

from pydantic import Field, model_validator

from experiments.data.formulas import FunctionName, describe_function
from experiments.settings.strict import Settings


class FunctionSettings(Settings):
    """A function of one variable on an even grid; a bare name stands for the defaults."""

    name: FunctionName
    points: int = Field(default=256, ge=2, le=100_000)
    """Training points, ends of the domain included."""
    domain: tuple[float, float] | None = None
    """Closed interval; None: the function's own."""

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, given: Any) -> Any:
        return {"name": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _interval(self) -> Self:
        if self.domain is not None and self.domain[0] >= self.domain[1]:
            raise ValueError("domain: the lower end must lie below the upper end")
        return self

    @property
    def interval(self) -> tuple[float, float]:
        """The closed interval that is sampled."""
        return self.domain or describe_function(self.name).domain
