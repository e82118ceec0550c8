"""The suites that come with the program, and how a suite is found. Imports no torch."""

from pathlib import Path

from report.errors import UserError, did_you_mean
from report.records.owner import owner_of

SUITES = Path(__file__).parent


def suite_names() -> tuple[str, ...]:
    """Names of the suites that come with the program."""
    return tuple(sorted(path.stem for path in SUITES.glob("*.toml")))


def find_suite(given: str, root: Path) -> tuple[str, Path]:
    """The name and the file of a suite that is given by name or by path.

    A name that is not the program's is that of a suite of one's own that was run in `root`; the
    file may be gone. Raises UserError for a file of one's own with the name of a suite of the
    program, whose results are not its own to replace.
    """
    if not given.lower().endswith(".toml"):
        own = None if given in suite_names() else owner_of(root, given)
        return given, own or SUITES / f"{given}.toml"
    file, name = Path(given), Path(given).name[: -len(".toml")]
    for known in suite_names():
        theirs = SUITES / f"{known}.toml"
        if name.casefold() == known.casefold() and not (file.exists() and file.samefile(theirs)):
            raise UserError(
                f'{file}: has the name of the suite "{known}" of the program, {theirs}, and would '
                f"share its results, {root / known}; rename the file, or use --suite {known}"
            )
    return name, file


def unknown_suite(given: str) -> UserError:
    """What to say where there is no such suite; a file of this name is given with its ending."""
    file = f"{given}.toml"
    hint = (
        f'; did you mean the file "{file}"?'
        if Path(file).is_file()
        else did_you_mean(given, suite_names())
    )
    return UserError(f'suite "{given}": there is none{hint}')
