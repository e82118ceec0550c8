"""Who hands the report in: read from `homework.toml`, shown on the cover as plain text."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from report.errors import UserError, did_you_mean

MAX_LENGTH = 10_000


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Author(_Table):
    """The student; empty fields are left out."""

    name: str = Field(default="", max_length=MAX_LENGTH)
    student_id: str = Field(default="", max_length=MAX_LENGTH)
    email: str = Field(default="", max_length=MAX_LENGTH)


class Course(_Table):
    """The course that the report is for."""

    name: str = Field(default="", max_length=MAX_LENGTH)
    homework: str = Field(default="", max_length=MAX_LENGTH)
    instructor: str = Field(default="", max_length=MAX_LENGTH)


class Options(_Table):
    """Date and repository as shown; `anonymous` leaves out all that tells who wrote it."""

    date: str = Field(default="", max_length=MAX_LENGTH)
    repository: str = Field(default="", max_length=MAX_LENGTH)
    anonymous: bool = False


class Cover(_Table):
    """All of `homework.toml`."""

    author: Author = Author()
    course: Course = Course()
    report: Options = Options()


def read_cover(path: Path) -> Cover:
    """Read `homework.toml`; without one everything is empty.

    Raises UserError that names file, key and cause.
    """
    try:
        return Cover.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        return Cover()
    except ValidationError as error:
        faults = "; and ".join(_told(fault) for fault in error.errors())
        raise UserError(f"{path}: {faults}") from error
    except RecursionError:
        raise UserError(f"{path}: is nested too deeply; write it with fewer brackets") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not readable as TOML ({error}); correct the file") from error


def _told(fault: ErrorDetails) -> str:
    """One fault as `key: cause; remedy`."""
    *tables, last = (str(part) for part in fault["loc"])
    key = ".".join([*tables, last])
    if fault["type"] != "extra_forbidden":
        return f"{key}: {fault['msg']}; correct or remove the key"
    model: type[BaseModel] = Cover
    for table in tables:
        annotation = model.model_fields[table].annotation
        assert isinstance(annotation, type)
        model = annotation
    return f"{key}: unknown key{did_you_mean(last, tuple(model.model_fields))}"
