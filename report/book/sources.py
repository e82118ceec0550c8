"""The inputs of the book: the project and the results of one suite."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from report.errors import UserError
from report.records import Results
from report.shipped import GENERATED as GENERATED
from report.shipped import comes_with
from report.words.markdown import plain

COMMENTS = Path("comments")
TABLES = GENERATED / "data"
"""The data of figures, as tables."""
COPIES = GENERATED / "figures"
"""Copies of figures that do not lie in the project."""
DEFAULT_SUITE = "full"
FORMATS = {"typst", "latex"}
"""Quarto profiles of the project that say how the PDF is made."""
_NAME = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True)
class Sources:
    """The inputs of the book: the project's folder and the results to show."""

    project: Path
    results: Results


def sources(project: Path, variables: Mapping[str, str] = os.environ) -> Sources:
    """Which results to show: HOMEWORK_SUITE, else the suite a Quarto profile names, else `full`.

    A profile names a suite of the program, or one with results; any other says how to render.
    HOMEWORK_RESULTS names another folder of results. Raises UserError for a suite's name that
    `check_suite_name` refuses.
    """
    root = Path(variables.get("HOMEWORK_RESULTS", project / "results"))
    suite = variables.get("HOMEWORK_SUITE")
    if suite is None:
        profiles = variables.get("QUARTO_PROFILE", "").replace(",", " ").split()
        suite = next((name for name in profiles if _names_suite(root, name)), DEFAULT_SUITE)
    check_suite_name(suite)
    return Sources(project, Results(root, suite))


def _names_suite(root: Path, profile: str) -> bool:
    known = comes_with(profile) or Results(root, profile).folder.is_dir()
    return known and profile not in FORMATS


def data_path(figure: str) -> Path:
    """Where the data of a figure of this name lie as a table, from the project's folder."""
    return TABLES / f"{figure}.csv"


def check_generated(project: Path) -> None:
    """Raises UserError where a folder that is written to is a link.

    Files of the same names would be replaced, or removed, where it leads.
    """
    for place in (GENERATED, TABLES, COPIES):
        if (project / place).is_symlink():
            raise UserError(
                f"{project / place}: is a link, and the program writes its own files there; "
                "remove the link"
            )


def outside(chosen: Sources) -> bool:
    """Whether the results lie elsewhere than in the project, behind links as well."""
    return not chosen.results.folder.resolve().is_relative_to(chosen.project.resolve())


def check_suite_name(name: str) -> None:
    """Raises UserError for a suite's name that cannot stand in the path of a figure."""
    if not _NAME.fullmatch(name):
        raise UserError(
            f'suite "{plain(name)}": its name stands in addresses of the report, which take '
            "letters and digits, and behind the first dots, - and _; rename its file"
        )
