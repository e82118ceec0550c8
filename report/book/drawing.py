"""Draw the figures of a record into `results/`, and know which of them are up to date."""

from __future__ import annotations

import hashlib
import io
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report.records import Record, Results
from report.records.record import digest
from report.records.store import set_aside, write_bytes, write_text
from report.words.markdown import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas
    from matplotlib.text import Text

    from report.sections.section import Figure


def ensure_drawn(record: Record, figures: tuple[Figure, ...], results: Results) -> tuple[str, ...]:
    """Draw the figures that are missing, edited, or drawn from another record; return their names.

    Figures that are up to date stay as they are, byte for byte; edited ones are set aside first.
    Raises UserError if a file cannot be written.
    """
    index = read_index(results)
    source = digest(record.content())
    drawn = []
    for figure in figures:
        path = results.figure(record.task, figure.name)
        known = index.get(path.name)
        known = known if isinstance(known, dict) else {}
        current = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
        if known.get("record") == source and known.get("sha256") == current:
            continue
        if current is not None and known.get("sha256") not in (None, current):
            set_aside(path, results.aside)
        content = svg(figure)
        write_bytes(path, content)
        index[path.name] = {"record": source, "sha256": hashlib.sha256(content).hexdigest()}
        drawn.append(figure.name)
    if drawn:
        write_text(results.figure_index, json.dumps(index, indent=1, sort_keys=True) + "\n")
    return tuple(drawn)


def all_drawn(record: Record, names: Sequence[str], results: Results) -> bool:
    """Whether the figures of these names are there, drawn from the record and not edited."""
    return all_drawn_from(digest(record.content()), record.task, names, results)


def all_drawn_from(source: str, task: str, names: Sequence[str], results: Results) -> bool:
    """As `all_drawn`, of the record with this digest."""
    index = read_index(results)
    return all(_is_drawn(results.figure(task, name), index, source) for name in names)


def _is_drawn(path: Path, index: Mapping[str, Any], source: str) -> bool:
    known = index.get(path.name)
    return (
        isinstance(known, dict)
        and known.get("record") == source
        and (
            path.is_file() and known.get("sha256") == hashlib.sha256(path.read_bytes()).hexdigest()
        )
    )


def svg(figure: Figure) -> bytes:
    """The figure as SVG, with the data of its curves embedded.

    Equal records give equal bytes with one version of matplotlib.
    """
    from matplotlib import rc_context

    from report.figures.curves import embedded
    from report.figures.style import RC

    with rc_context(RC), warnings.catch_warnings():
        # A name in a script that the font does not have shows as boxes here; the tables have it.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        canvas = figure.draw()
        for text in _texts_with_names(canvas):
            if getattr(text, "formula", False):
                continue
            text.set_parse_math(False)
            text.set_text("\n".join(plain(line) for line in text.get_text().split("\n")))
        buffer = io.BytesIO()
        canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return embedded(buffer.getvalue().decode(), canvas).encode()


def _texts_with_names(canvas: Canvas) -> Iterator[Text]:
    """Titles, legends and notes, which hold names that the user chose: a dollar sign is no math."""
    legends = [*canvas.legends, *(axes.get_legend() for axes in canvas.axes)]
    yield from canvas.texts
    for axes in canvas.axes:
        yield from (axes.title, *axes.texts)
    for legend in legends:
        yield from legend.get_texts() if legend is not None else ()


def read_index(results: Results) -> dict[str, Any]:
    """What each figure was drawn from, and its digest; empty if unknown."""
    try:
        index = json.loads(results.figure_index.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return index if isinstance(index, dict) else {}
