"""`make clean`: removes what rendering made in this project, and nothing else."""

import contextlib
import sys
from pathlib import Path

from report.book.sources import GENERATED
from report.errors import UserError
from report.render.project import read_book
from report.render.staging import remove_site
from report.shipped import shared
from report.words.terminal import say


def clean(folder: Path) -> None:
    """Remove the site and the generated parts of the chapters.

    Raises UserError where the output folder holds files that no render made.
    """
    generated = folder / GENERATED
    texts = (shared("templates") / "chapters").glob("*.qmd")
    made = [*(generated / text.name for text in texts), *(generated / "data").glob("*.csv")]
    for path in () if generated.is_symlink() else made:
        path.unlink(missing_ok=True)
    for place in (generated / "data", generated):
        with contextlib.suppress(OSError):  # not there, a link, or not empty
            place.rmdir()
    remove_site(folder, read_book(folder, builtin=False).output_dir)


if __name__ == "__main__":
    try:
        clean(Path.cwd())
    except UserError as error:
        say(f"homework: {error}", error=True)
        sys.exit(2)
