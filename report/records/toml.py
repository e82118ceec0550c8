"""TOML files that a user writes: read within bounds, since the parser has none."""

import re
import tomllib
from pathlib import Path
from typing import Any

from report.errors import UserError
from report.records.files import LONGEST, read_file

DEEPEST = 40
"""Parts of a key; the parser's time grows with their square."""
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"?|\'[^\'\n]*\'?')
_DEEP = re.compile(rf"(?<![\w-])(?:[\w-]+[ \t]*\.[ \t]*){{{DEEPEST}}}")


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """The content of a TOML file; a byte order mark, as Notepad writes it, is skipped.

    Raises:
        FileNotFoundError: there is nothing.
        UserError: it is no file, too long, nested too deeply, not UTF-8 or not TOML; names `path`.
    """
    content = read_file(path, what, LONGEST + 1)
    if len(content) > LONGEST:
        raise UserError(f"{path}: is longer than {LONGEST // 1000} kB; shorten it")
    try:
        text = content.decode("utf-8-sig")
        if _DEEP.search(_QUOTED.sub("_", text)):
            raise RecursionError
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        where = f"byte {error.start + 1} is not UTF-8"
        raise UserError(f"{path}: {where}; save the file as UTF-8") from error
    except RecursionError:
        raise UserError(
            f"{path}: is nested too deeply; write it with fewer brackets and shorter keys"
        ) from None
    except ValueError as error:
        raise UserError(f"{path}: not readable as TOML ({error}); correct the file") from error
