"""Who hands the report in: read from `homework.toml`, shown on the cover as plain text."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from report.errors import UserError

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
        return Cover.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Cover()
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"])
        raise UserError(f"{path}: {key}: {fault['msg']}; mend or remove the key") from error
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not readable as TOML ({error}); mend the file") from error
