"""`homework init`: a suite to begin with, and its schema beside it. Imports no torch."""

import json
import os
from pathlib import Path

from experiments.suites import SUITES, find_suite
from report.errors import UserError
from report.records.files import read_file, write_text

ANNOTATED = SUITES / "annotated" / "suite.toml"
SCHEMA = SUITES / "schema.json"
SCHEMA_BESIDE = "suite.schema.json"


def begin(given: str, root: Path) -> Path:
    """Write an annotated suite that runs as it is; the path of its schema.

    Raises UserError where there is such a file, where a suite of the program has its name, and
    where something else lies in the schema's place.
    """
    if not given.lower().endswith(".toml"):
        raise UserError(f"{given}: a suite is a TOML file; write {given}.toml")
    _, file = find_suite(given, root)
    if file.exists() or file.is_symlink():
        raise UserError(f"{file}: exists already; choose another name")
    if not file.parent.is_dir():
        raise UserError(f"{file.parent}: there is no such folder; make it first")
    schema = file.with_name(SCHEMA_BESIDE)
    if os.path.lexists(schema) and not _is_schema(schema):
        raise UserError(f"{schema}: is in the way of the suite's schema; move it elsewhere")
    write_text(schema, SCHEMA.read_text(encoding="utf-8"))
    text = ANNOTATED.read_text(encoding="utf-8")
    write_text(file, text.replace("--suite FILE", f"--suite {file}"))
    return schema


def _is_schema(path: Path) -> bool:
    """Whether the file is the schema of a suite, of whatever version."""
    try:
        found = json.loads(read_file(path, "schema"))
        return bool(found["title"] == json.loads(SCHEMA.read_bytes())["title"])
    except (UserError, ValueError, KeyError, TypeError, RecursionError):
        return False
