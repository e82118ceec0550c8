"""Write the generated part of every chapter, and draw the figures that it shows."""

from pathlib import Path

from report.book.author import check_names
from report.book.chapters import chapters
from report.book.drawing import ensure_drawn
from report.book.gather import gather
from report.book.sources import COMMENTS, Sources
from report.records.store import write_text

GENERATED = Path("chapters/_generated")


def generate(chosen: Sources) -> tuple[Path, ...]:
    """Write the generated part of every chapter; files whose content stays are not touched.

    Figures that are missing or outdated are drawn first. Raises UserError.
    """
    parts = gather(chosen.results)
    check_names(chosen.project / COMMENTS)
    texts = chapters(chosen, parts)
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
