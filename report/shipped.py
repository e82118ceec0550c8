"""Files that come with the program: templates, styles, the book's frame."""

from pathlib import Path

from report.errors import UserError
from report.records import kept
from report.records.files import write_bytes

_PACKAGE = Path(__file__).parent
_INSTALLED = _PACKAGE / "_share"

FRAME = ("_quarto*.yml", "index.qmd", "references.bib", "chapters/*.qmd", "templates/styles/**/*")
"""What makes a folder the Quarto project of the book, beside the scripts that Quarto runs."""
SCRIPTS = ("report/prerender.py", "report/postrender.py")
GENERATED = Path("chapters/_generated")
"""Where the parts of the chapters that records make are written, in such a project."""
AUTHOR = "homework.toml"
"""Where the author's name and course are filled in; one that is there is the author's own."""


def shared(name: str) -> Path:
    """A file or folder of the installed package, or of the checkout that the program runs from."""
    return (_INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent) / name


def comes_with(suite: str) -> bool:
    """Whether the program comes with a suite of this name."""
    return (_PACKAGE.parent / "experiments" / "suites" / f"{suite}.toml").is_file()


def code_digest(*patterns: str) -> str:
    """SHA-256 of the modules of the report that match the patterns; without any, of all."""
    paths = (path for one in patterns or ("**/*.py",) for path in sorted(_PACKAGE.glob(one)))
    return kept.key(*kept.contents(paths))


def lay_frame(folder: Path) -> tuple[Path, ...]:
    """Make `folder` a project of the book where it is none: the files that were written.

    A folder with a `_quarto.yml` is left as it is; nothing that exists is replaced.

    Raises UserError for a file in the way, before anything is written, and where the folder cannot
    be written.
    """
    if (folder / "_quarto.yml").exists():
        return ()
    top = shared("")
    sources = {
        folder / path.relative_to(top): path
        for pattern in FRAME
        for path in sorted(top.glob(pattern))
        if path.is_file()
    }
    sources |= {folder / script: _PACKAGE / Path(script).name for script in SCRIPTS}
    if not (folder / AUTHOR).exists():
        sources[folder / AUTHOR] = shared(AUTHOR)
    contents = {target: source.read_bytes() for target, source in sources.items()}
    for target, content in contents.items():
        if target.exists() and (not target.is_file() or target.read_bytes() != content):
            raise UserError(
                f"{target}: is in the way of the book's own file; render in another folder"
            )
    # `_quarto.yml` comes last, so that an interrupted call is taken up by the next.
    written = sorted(contents, key=lambda target: target.name == "_quarto.yml")
    for target in written:
        write_bytes(target, contents[target])
    return tuple(written)
