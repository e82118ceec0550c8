"""What an answer about a suite follows from, so that it can be kept. Imports no settings."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from experiments.data.torchvision_sets import class_name
from experiments.suites import SUITES, find_suite
from report.errors import UserError
from report.records import kept
from report.records.folders import files_of
from report.records.options import Options
from report.records.paths import last_run_file
from report.records.toml import read_toml


def basis(command: str, options: Options, words: Iterable[object] = ()) -> str | None:
    """The key of all that an answer about a suite follows from; None where it cannot be said.

    That is where jobs of Slurm were submitted, where the suite names files of the user's own or a
    data set that the catalog lacks, and where something is no file or cannot be read.

    Args:
        command: what is asked.
        options: of which suite, with which results.
        words: what else was given.
    """
    name, file = find_suite(options.suite, options.results)
    if file.parent != SUITES and _names_files(file):
        return None
    read = [file, last_run_file(options.results), *files_of(options.results, name)]
    if any(path.name == "submitted.json" for path in read):
        return None
    said = (options.suite, options.smoke, options.results, Path.cwd(), *words)
    return kept.exactly(filter(os.path.lexists, read), kept.program(), command, *map(repr, said))


def _names_files(file: Path) -> bool:
    """Whether a suite names something beside it: points, images, a module; or a data set."""
    try:
        waiting: list[Any] = [read_toml(file, "suite")]
    except (OSError, UserError):
        return True
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            name = found.partition(":")[0]
            if name and (class_name(found) or os.path.lexists(file.parent / name)):
                return True
        elif isinstance(found, (dict, list)):
            waiting += found.values() if isinstance(found, dict) else found
    return False
