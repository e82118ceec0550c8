"""What a row of a record is: typed columns, told apart by their role, null only with a reason.

A column is declared once, with its unit and shape in the docstring below it:

    class Run(Row):
        case: Key[str]
        "Name of the case."
        loss: Column[float | None] = null("reason")
        "Training loss at the end, in the unit of the loss."
        reason: Column[str | None] = null()
        "Why `loss` is null."

`run.loss` is the value of a row; `Run.loss` is the column's name, for data frames and evidence.
mypy checks both, and an unknown name raises AttributeError.

A column that is added later has a default (`null()`), so that older records can still be read.
"""

from collections.abc import Mapping, Sequence
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Generic,
    Self,
    TypeVar,
    dataclass_transform,
    get_args,
    overload,
)

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

T = TypeVar("T")
R = TypeVar("R")


class Name(str):
    """Name of a column, which knows its table."""

    table: str

    def __new__(cls, name: str, table: str) -> Self:
        """The name of a column of a table."""
        made = super().__new__(cls, name)
        made.table = table
        return made


if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
    from pydantic_core import ErrorDetails

    class Column(Generic[T]):
        """A fact or a measurement; the role of a column that has no other."""

        @overload
        def __get__(self, row: None, owner: Any) -> Name: ...
        @overload
        def __get__(self, row: object, owner: Any) -> T: ...
        def __get__(self, row: Any, owner: Any) -> Any: ...
        def __set__(self, row: object, value: T) -> None: ...

    class Key(Column[T]):
        """Names what the row is about: with the seeds, keys tell the rows of a table apart."""

    class Seed(Column[T]):
        """Tells repetitions apart."""

    class Position(Column[T]):
        """Where the curves of the row were measured: epochs, steps, values of α."""

    class Repeated(Column[T]):
        """A curve for each repetition."""

    class Table(Column[Sequence[R]]):
        """Rows of one type."""

else:
    ModelMetaclass = type(BaseModel)

    class Column:
        """See above: at run time a column is an annotation, and its role metadata of the field."""

        def __class_getitem__(cls, kind: Any) -> Any:
            return Annotated[kind, cls]

    class Key(Column): ...

    class Seed(Column): ...

    class Position(Column): ...

    class Repeated(Column): ...

    class Table(Column):
        def __class_getitem__(cls, row: Any) -> Any:
            return Annotated[Sequence[row], cls]


def null(reason: str | None = None) -> Any:
    """The default of a column that may be null.

    Args:
        reason: the column that says why, where null means that a value is missing. None where null
            is an answer: a run that did not diverge, a column that older records lack.
    """
    return Field(default=None, json_schema_extra=None if reason is None else {"reason": reason})


def empty() -> Any:
    """The default of a table that may have no rows, or that older records lack."""
    return Field(default=())


@dataclass_transform(kw_only_default=True)
class _Columns(ModelMetaclass):
    """Gives a class its columns' names as attributes."""

    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Any:  # noqa: N805 (a metaclass)
            if name in cls.__dict__.get("__pydantic_fields__", ()):
                return Name(name, cls.table)
            raise AttributeError(f"{cls.__name__} has no column {name}")


class Typed(BaseModel, metaclass=_Columns):
    """Something with typed columns."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, strict=True, defer_build=True
    )

    table: ClassVar[str] = ""
    """Name of the table to which the columns belong."""

    @classmethod
    def column(cls, name: str) -> Name:
        """The column of this name; raises AttributeError."""
        found: Name = getattr(cls, name)
        return found

    @classmethod
    def columns(
        cls, role: type[Column[Any]] = Column, *, exactly: bool = False
    ) -> tuple[Name, ...]:
        """The columns of this role; `exactly`: not those whose role is a special kind of it."""
        roles = {
            name: next(mark for mark in field.metadata if isinstance(mark, type))
            for name, field in cls.model_fields.items()
        }
        return tuple(
            cls.column(name)
            for name, own in roles.items()
            if own is role or (issubclass(own, role) and not exactly)
        )


class Row(Typed):
    """A row of a table. Raises pydantic.ValidationError when a value is not of its type."""

    reasons: ClassVar[Mapping[str, str]] = {}
    """The column that says why, for each column that may be missing."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Collect `reasons`; a reason that is no column raises AttributeError."""
        cls.reasons = {
            name: cls.column(str(field.json_schema_extra["reason"]))
            for name, field in cls.model_fields.items()
            if isinstance(field.json_schema_extra, dict)
        }

    @model_validator(mode="after")
    def _missing_with_reason(self) -> Self:
        missing = [
            f"{name} (its reason: {reason})"
            for name, reason in self.reasons.items()
            if getattr(self, name) is None and getattr(self, reason) is None
        ]
        if missing:
            raise ValueError(f"null without a reason: {', '.join(missing)}")
        return self


class Metrics(Typed):
    """All that a task measured: tables, and numbers of their own.

    A row type belongs to one table; the task's own `Metrics` names it.
    """

    tables: ClassVar[Mapping[str, type[Row]]] = {}
    """The row type of each table."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Give every row type its table; raises TypeError for a row type of two tables."""
        cls.tables = {name: row_type(cls, name) for name in cls.columns(Table)}
        for name, row in cls.tables.items():
            if row.table not in ("", name):
                raise TypeError(f"{row.__name__} belongs to the tables {row.table} and {name}")
            row.table = name

    @model_validator(mode="after")
    def _curves_have_their_positions(self) -> Self:
        for name in self.columns(Position):
            count = len(getattr(self, name))
            for table in (t for t, row in self.tables.items() if not row.columns(Position)):
                for number, row in enumerate(getattr(self, table), 1):
                    for column, value in row:
                        if isinstance(value, (list, tuple)) and len(value) != count:
                            raise ValueError(
                                f"{table}, row {number}, {column}: {len(value)} values, "
                                f"but {count} {name}"
                            )
        return self

    def content(self) -> dict[str, JsonValue]:
        """As JSON values."""
        return self.model_dump(mode="json")


def row_type(owner: type[Typed], column: str) -> type[Row]:
    """The type of the rows in a table, or in a column that holds rows."""
    found: type[Row] = get_args(owner.model_fields[column].annotation)[0]
    return found


def troubles(kind: type[Metrics], content: Mapping[str, Any]) -> list[str]:
    """What is wrong with metrics: table, row (from 1), column, and what was expected.

    Of a trouble that several rows share, the first row is named.
    """
    try:
        kind.model_validate(content)
    except ValidationError as error:
        found: dict[tuple[str, ...], list[int]] = {}
        for one in error.errors():
            if not one["loc"]:  # tables together
                return [_words(one)]
            table, row, *column = (*one["loc"], None)[:3]
            place = (str(table), *(str(c) for c in column if c is not None), _words(one))
            found.setdefault(place, []).append(row + 1 if isinstance(row, int) else 0)
        return [_trouble(place, sorted(set(rows))) for place, rows in found.items()]
    return []


def _words(error: "ErrorDetails") -> str:
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not known here"
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
    given = repr(error["input"])
    return f"{error['msg'].replace('Input', 'it').lower()}, not {given[:40]}"


def _trouble(place: tuple[str, ...], rows: list[int]) -> str:
    table, *column, words = place
    more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    row = [f"row {rows[0]}{more}"] if rows[0] else []
    return f"{', '.join([table, *row, *column])}: {words}"
