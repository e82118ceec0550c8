"""Who hands the report in: read from `homework.toml`, shown on the cover as plain text."""

import re
import tomllib
import unicodedata
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from report.errors import UserError
from report.records.files import read_file

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
        return Cover.model_validate(tomllib.loads(read_file(path, "cover").decode("utf-8")))
    except FileNotFoundError:
        return Cover()
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"])
        raise UserError(f"{path}: {key}: {fault['msg']}; mend or remove the key") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: not readable as TOML ({error}); mend the file") from error


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
