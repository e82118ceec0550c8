"""Who hands the report in: read from `homework.toml`, shown on the cover as plain text."""

import re
import unicodedata
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from report.errors import UserError, did_you_mean
from report.records.toml import read_toml

MAX_LENGTH = 10_000
_WORD = re.compile(r"[^\W_]+")
_SCHEME = re.compile(r"^\w+://")


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
    """Date and repository as shown; `anonymous` leaves out what identifies the author.

    `evidence` prints the evidence of every generated sentence in the PDF, not on the site alone.
    """

    date: str = Field(default="", max_length=MAX_LENGTH)
    repository: str = Field(default="", max_length=MAX_LENGTH)
    anonymous: bool = False
    evidence: bool = False


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
        return Cover.model_validate(read_toml(path, "cover"))
    except FileNotFoundError:
        return Cover()
    except ValidationError as error:
        faults = "; and ".join(_told(fault) for fault in error.errors())
        raise UserError(f"{path}: {faults}") from error


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


def tells(text: str, private: str) -> bool:
    """Whether `text` holds what is private: all its words side by side, or in reverse order.

    Case, accents and punctuation make no difference. Only whole words count, "Li" is not in
    "linear"; but scripts that write no spaces between words are searched letter by letter.
    """
    searched, found = _folded(text), _folded(_SCHEME.sub("", private))
    if any(unicodedata.east_asian_width(character) in "WF" for character in found):
        return found.strip() in searched
    words, wanted = _WORD.findall(searched), _WORD.findall(found)
    windows = (words[i : i + len(wanted)] for i in range(len(words) - len(wanted) + 1))
    return bool(wanted) and any(window in (wanted, wanted[::-1]) for window in windows)


def _folded(text: str) -> str:
    """Without case and accents."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()
