"""Settings of a function that networks simulate."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, ValidationInfo, model_validator

from experiments.data.expression import Expression, parse
from experiments.data.formulas import FORMULAS, Formula
from experiments.data.points import read_points
from experiments.data.singular import removable
from experiments.data.tex import tex
from experiments.settings.beside import pinned, read_beside
from experiments.settings.change import TrainingChange
from experiments.settings.strict import LATER, Settings, did_you_mean

Interval = tuple[float, float]
DOMAIN = (-1.0, 1.0)
"""Of a formula, where the settings name none."""
NOTED = 5
"""Removable singularities that the note names."""


class FunctionSettings(Settings):
    """A function of one variable; a bare string is the name of a built-in one, or a formula in x.

    Of a formula, `name` is the text unless another is given. Every fifth point of a `file`, in the
    order of x, is a test point; the others are trained on.
    """

    name: str = Field(min_length=1, max_length=500)
    """A built-in function, or the name of a formula or file."""
    points: int = Field(default=256, ge=2, le=100_000)
    """Training points, ends of the domain included."""
    domain: Interval | None = None
    """Closed interval; null: the function's own, of a formula [-1, 1]."""
    formula: Annotated[str | None, LATER] = None
    """In x: numbers, pi, e, + - * / ^ and the functions of `experiments.data.expression`."""
    file: Annotated[str | None, LATER] = None
    """CSV file of two columns, x and y, beside the suite."""
    sha256: Annotated[str | None, LATER] = None
    """Digest of the file; found where it is not given."""
    sampling: Annotated[Literal["grid", "random"], LATER] = "grid"
    """Training points evenly spaced, or drawn uniformly from the domain, once."""
    noise: Annotated[float, Field(ge=0), LATER] = 0.0
    """Standard deviation of the normal noise on the training values, drawn once."""
    scale: Annotated[bool, LATER] = False
    """Train on x and y of mean 0 and standard deviation 1 (over the training points)."""
    shown: Annotated[Interval | None, LATER] = None
    """Interval over which curves are drawn; null: the domain."""
    training: Annotated[TrainingChange | None, LATER] = None
    """What this function trains with instead of the task's training."""

    _measured: tuple[tuple[float, float], ...] = PrivateAttr(default=())

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any, info: ValidationInfo) -> Any:
        if isinstance(given, str):
            key = "name" if given.lower() in FORMULAS else "formula"
            given = {key: given}
        if not isinstance(given, dict):
            return given
        if "formula" in given and "file" in given:
            raise ValueError("give either a formula or a file, not both")
        if isinstance(given.get("formula"), str):
            return {"name": given["formula"].strip(), **given}
        if isinstance(given.get("file"), str):
            for key in ("points", "domain", "sampling", "noise"):
                if key in given:
                    raise ValueError(f"{key}: the points of a file are what they are; remove it")
            content = read_beside(given["file"], info.context)
            points = read_points(content, given["file"])
            x = [point[0] for point in points]
            return {
                "name": Path(given["file"]).stem,
                "points": len(points) - len(points) // 5,
                "domain": (min(x), max(x)),
                **given,
                "sha256": pinned(given, content, given["file"]),
            }
        if isinstance(given.get("name"), str):
            key = given["name"].lower()
            if key not in FORMULAS:
                hint = did_you_mean(key, tuple(FORMULAS))
                raise ValueError(
                    f'no built-in function has the name "{given["name"]}"{hint}; or give a formula '
                    'in x, such as { formula = "sin(x) + cos(x^2)" }'
                )
            return {**given, "name": key}
        if "name" not in given:
            raise ValueError(
                f"names no function (given: {', '.join(given) or 'nothing'}); give formula = "
                f'"...", a formula in x, or file = "points.csv", or name = one of '
                f"{', '.join(FORMULAS)}"
            )
        return given

    def model_post_init(self, context: Any, /) -> None:
        """Keep the points of a file."""
        if self.file is not None:
            self._measured = read_points(read_beside(self.file, context), self.file)

    @model_validator(mode="after")
    def _has_values(self) -> Self:
        for key, interval in (("domain", self.domain), ("shown", self.shown)):
            if interval is not None and interval[0] >= interval[1]:
                raise ValueError(f"{key}: the lower end must lie below the upper end")
        if self.sha256 is not None and self.file is None:
            raise ValueError("sha256: is the digest of a file; remove it")
        if self.formula is not None:
            for interval in {self.interval, self.drawn}:
                removable(parse(self.formula), *interval)
        return self

    @property
    def interval(self) -> Interval:
        """The closed interval that is sampled."""
        built_in = FORMULAS.get(self.name) if self.formula is None else None
        return self.domain or (built_in.domain if built_in else DOMAIN)

    @property
    def drawn(self) -> Interval:
        """The closed interval over which curves are drawn."""
        return self.shown or self.interval

    @property
    def measured(self) -> tuple[tuple[float, float], ...]:
        """Points (x, y) of the file in the order of x; empty where there is none."""
        return self._measured

    @property
    def expression(self) -> Expression:
        """The formula, parsed."""
        return parse(self.formula or FORMULAS[self.name].text)

    def describe(self) -> Formula:
        """Formula as TeX, and how points without an ordinary value are handled."""
        if self.formula is None and self.file is None:
            return FORMULAS[self.name]
        if self.formula is None:
            text = r"\text{points of a file}"
            note = "Between the points of the file, the curve is drawn straight."
            return Formula(self.name, self.name, text, self.interval, note)
        expression = self.expression
        limits = removable(expression, *self.interval)
        notes = [
            f"At $x = {place:.6g}$ the value is the limit, ${value:.6g}$."
            for place, value in list(limits.items())[:NOTED]
        ]
        if len(limits) > NOTED:
            notes.append(f"So it is at {len(limits) - NOTED} more places.")
        if "sign(" in self.formula or "sgn(" in self.formula:
            notes.append(r"At a jump of a sign its value is $\operatorname{sgn}(0) = 0$.")
        return Formula(self.name, self.formula, tex(expression), self.interval, " ".join(notes))
