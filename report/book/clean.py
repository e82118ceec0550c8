"""`make clean`: removes what rendering made in this project, and nothing else."""

import contextlib
import sys
from pathlib import Path

from report.book.sources import COPIES, GENERATED, TABLES, check_generated
from report.errors import UserError
from report.render.project import read_book
from report.render.staging import remove_site
from report.shipped import shared
from report.tasks import TASKS
from report.words.terminal import say


def clean(folder: Path) -> None:
    """Remove the site and the generated parts of the chapters.

    Raises UserError where the output folder holds files that no render made, and where the folder
    of the generated parts leads elsewhere.
    """
    check_generated(folder)
    tasks = tuple(f"{task.name}-" for task in TASKS)  # begin the name of every figure
    drawn = (path for place in (TABLES, COPIES) for path in (folder / place).glob("*.*"))
    texts = (shared("templates") / "chapters").glob("*.qmd")
    made = [path for path in drawn if path.name.startswith(tasks) and not path.is_dir()]
    for path in (*made, *(folder / GENERATED / text.name for text in texts)):
        path.unlink(missing_ok=True)
    for place in (TABLES, COPIES, GENERATED):
        with contextlib.suppress(OSError):  # not there, or not empty
            (folder / place).rmdir()
    remove_site(folder, read_book(folder, builtin=False).output_dir)


if __name__ == "__main__":
    try:
        clean(Path.cwd())
    except UserError as error:
        say(f"homework: {error}", error=True)
        sys.exit(2)
