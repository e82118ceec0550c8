"""Write the generated part of every chapter, and draw the figures that it shows."""

from pathlib import Path

from report.book.author import check_names
from report.book.chapters import chapters, words_of_the_author
from report.book.drawing import as_csv, ensure_drawn
from report.book.gather import Part, gather
from report.book.section_text import outside
from report.book.sources import COMMENTS, COPIES, GENERATED, Sources, data_path
from report.errors import UserError
from report.records import Results
from report.records.store import write_bytes, write_text
from report.words.terminal import say


def generate(chosen: Sources) -> tuple[Path, ...]:
    """Write the generated part of every chapter; files whose content is unchanged are not touched.

    Figures that are missing or outdated are drawn first. Raises UserError, also where the folder of
    these parts is a link: files of the same names would be replaced where it leads.
    """
    if (chosen.project / GENERATED).is_symlink():
        raise UserError(
            f"{chosen.project / GENERATED}: is a link, and the program writes its own files there; "
            "remove the link"
        )
    check_names(chosen.project / COMMENTS)
    parts = [_drawn(part, chosen.results) for part in gather(chosen.results)]
    comments = words_of_the_author(chosen, parts)
    for comment in comments.values():
        if comment.fault:
            say(f"homework: {comment.fault}", error=True)
    if outside(chosen):
        for drawing in sorted(chosen.results.figures.glob("*.svg")):
            write_bytes(chosen.project / COPIES / drawing.name, drawing.read_bytes())
    for part in parts:
        for figure in part.section.figures if part.section is not None else ():
            path = chosen.results.figure(part.task.name, figure.name)
            table, place = as_csv(path.read_bytes()), chosen.project / data_path(path.stem)
            if table is None:
                place.unlink(missing_ok=True)
            elif not place.is_file() or place.read_bytes() != table:
                write_bytes(place, table)
    shown = {task: comment.block for task, comment in comments.items()}
    written = []
    for name, text in chapters(chosen, parts, shown).items():
        path = chosen.project / GENERATED / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_text(path, text)
        written.append(path)
    return tuple(written)


def _drawn(part: Part, results: Results) -> Part:
    """The part with its figures drawn; without its section if drawing one of them fails."""
    if part.record is not None and part.section is not None:
        try:
            ensure_drawn(part.record, part.section.figures, results)
        except UserError:
            raise
        except Exception as error:
            return part.lost(error)
    return part
