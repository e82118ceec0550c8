"""Write the generated part of every chapter, and draw the figures that it shows."""

from pathlib import Path

from report.book.author import check_names
from report.book.chapters import chapters, words_of_the_author
from report.book.drawing import ensure_drawn
from report.book.gather import gather
from report.book.sources import COMMENTS, Sources
from report.errors import UserError
from report.records.store import write_text
from report.words.terminal import say

GENERATED = Path("chapters/_generated")


def generate(chosen: Sources) -> tuple[Path, ...]:
    """Write the generated part of every chapter; files whose content stays are not touched.

    Figures that are missing or outdated are drawn first. Raises UserError, also where the folder of
    these parts is a link: files of the same names would be replaced where it leads.
    """
    if (chosen.project / GENERATED).is_symlink():
        raise UserError(
            f"{chosen.project / GENERATED}: is a link, and the program writes its own files there; "
            "remove the link"
        )
    parts = gather(chosen.results)
    check_names(chosen.project / COMMENTS)
    comments = words_of_the_author(chosen, parts)
    for comment in comments.values():
        if comment.fault:
            say(f"homework: {comment.fault}", error=True)
    texts = chapters(chosen, parts, {task: comment.block for task, comment in comments.items()})
    for part in parts:
        if part.record is not None and part.section is not None:
            ensure_drawn(part.record, part.section.figures, chosen.results)
    written = []
    for name, text in texts.items():
        path = chosen.project / GENERATED / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_text(path, text)
        written.append(path)
    return tuple(written)
