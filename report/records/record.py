"""The record of one task: strict, frozen, JSON in and out."""

import hashlib
import json
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from report.records.row import Row

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 1
AnyRow = TypeVar("AnyRow", bound=Row)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class Model(_Frozen):
    """A network of the task: depth is its number of hidden layers, `parameters` is counted from
    the built module.
    """

    name: str
    architecture: str
    depth: int = Field(ge=0)
    parameters: int = Field(gt=0)


class Dataset(_Frozen):
    """A data set that the task used; sizes are numbers of examples actually used.

    `sha256` is the digest of the whole verified source arrays, also where a subset is used.
    """

    name: str
    train_size: int = Field(gt=0)
    test_size: int = Field(gt=0)
    sha256: str
    synthetic: bool


class Provenance(_Frozen):
    """Where, when and by what code the numbers were made.

    `taken_up` counts groups of networks found trained, by another task or in a run that was
    interrupted; their training took `taken_up_seconds` and is not in `wall_seconds`. `sources` maps
    each definition that the task uses to the digest of its own code (comments, formatting and
    docstrings do not count); `data` maps each data set to its digest.
    """

    commit: str | None
    dirty: bool | None
    created: str
    wall_seconds: float
    taken_up: int = 0
    taken_up_seconds: float = 0.0
    device: str
    threads: int
    versions: dict[str, str]
    command: str
    seeds: tuple[int, ...]
    sources: dict[str, str]
    data: dict[str, str]


class Record(_Frozen):
    """What one task of one suite measured.

    `dataset` is the data set, a list of them where a task uses several, or null. `metrics` holds
    numbers, texts and lists of rows; their types are in `report.records.rows`, and the store checks
    them. A record that is older than a column has no values in it.
    """

    schema_: int = Field(default=SCHEMA, alias="schema")
    task: str
    suite: str
    smoke: bool
    status: Literal["ok", "diverged", "failed"]
    reason: str | None = None
    settings: dict[str, JsonValue]
    key: str
    provenance: Provenance
    dataset: Dataset | tuple[Dataset, ...] | None
    models: tuple[Model, ...]
    metrics: dict[str, JsonValue]
    notes: tuple[str, ...] = ()

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        populate_by_name=True,
        defer_build=True,
    )

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        """All data sets of the task, possibly none."""
        if self.dataset is None:
            return ()
        return self.dataset if isinstance(self.dataset, tuple) else (self.dataset,)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Rows of `metrics[table]` as they stand in the record; raises KeyError if missing."""
        rows = self.metrics[table]
        if not isinstance(rows, list):
            raise KeyError(f"{self.task}: metrics.{table} is not a list of rows")
        return [row for row in rows if isinstance(row, dict)]

    def table(self, row: type[AnyRow]) -> tuple[AnyRow, ...]:
        """The rows of a type; none where the record has no such table."""
        given = self.rows(row.table) if row.table in self.metrics else []
        return tuple(row.model_validate(one) for one in given)

    def frame(self, table: type[Row] | str, *, explode: tuple[str, ...] = ()) -> "pd.DataFrame":
        """A table as a data frame, one line per row.

        Args:
            table: a row type, all columns of which the frame has, by their names `frame[Run.seed]`;
                or the name of a table as it stands in the record.
            explode: columns that hold lists of equal length (curves); each element becomes a line.
        """
        import pandas as pd  # here: who only renders does not wait for it

        if isinstance(table, str):
            frame = pd.DataFrame.from_records(self.rows(table))
        else:
            given = self.rows(table.table) if table.table in self.metrics else []
            frame = pd.DataFrame.from_records(given, columns=list(table.model_fields))
        return frame.explode(list(explode), ignore_index=True) if explode else frame

    def content(self) -> dict[str, Any]:
        """The record as JSON values."""
        return self.model_dump(mode="json", by_alias=True)

    @classmethod
    def from_content(cls, content: dict[str, Any]) -> Self:
        """Inverse of `content`; raises pydantic.ValidationError."""
        return cls.model_validate(content)


def changed_sources(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Definitions that are not what they were; one that was moved or renamed is."""
    there, here = set(before.values()), set(after.values())
    return sorted(
        name
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
        and not (name not in after and before[name] in here)
        and not (name not in before and after[name] in there)
    )


def record_key(settings: dict[str, Any], code: Any, data: dict[str, str]) -> str:
    """Key of a record: digest of its settings, of the code that made it, and of its data."""
    return digest([settings, code, data])


def digest(value: Any) -> str:
    """SHA-256 of a JSON value in canonical form (sorted keys, no spaces); NaN raises ValueError."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False
    )
    return hashlib.sha256(text.encode()).hexdigest()
