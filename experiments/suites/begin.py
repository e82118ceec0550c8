"""`homework init`: a suite to begin with, and its schema beside it. Imports no torch."""

from pathlib import Path

from experiments.suites import SUITES, find_suite
from report.errors import UserError
from report.records.files import write_text

ANNOTATED = SUITES / "annotated" / "suite.toml"
SCHEMA = SUITES / "schema.json"
SCHEMA_BESIDE = "suite.schema.json"


def begin(given: str, root: Path) -> Path:
    """Write an annotated suite that runs as it is; the path of its schema.

    Raises UserError where there is such a file, or a suite of the program has its name.
    """
    if not given.lower().endswith(".toml"):
        raise UserError(f"{given}: a suite is a TOML file; write {given}.toml")
    _, file = find_suite(given, root)
    if file.exists() or file.is_symlink():
        raise UserError(f"{file}: exists already; choose another name")
    if not file.parent.is_dir():
        raise UserError(f"{file.parent}: there is no such folder; make it first")
    schema = file.with_name(SCHEMA_BESIDE)
    write_text(schema, SCHEMA.read_text(encoding="utf-8"))
    text = ANNOTATED.read_text(encoding="utf-8")
    write_text(file, text.replace("--suite FILE", f"--suite {file}"))
    return schema
