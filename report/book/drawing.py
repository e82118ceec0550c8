"""Draw the figures of a record into `results/`, and know which of them are up to date."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report.records import Record, Results
from report.records.files import set_aside, write_bytes, write_text
from report.records.record import digest
from report.render.errors import tell_unshown
from report.shipped import code_digest
from report.words.markdown import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas
    from matplotlib.text import Text

    from report.sections.section import Figure

DATA = re.compile(rb'<metadata id="panels">(.*)</metadata>')
"""The data of a figure in its SVG, as `report.figures.curves` puts them there."""


def ensure_drawn(record: Record, figures: tuple[Figure, ...], results: Results) -> tuple[str, ...]:
    """Draw the figures that are missing, edited, or drawn from another record or by other code.

    Figures that are up to date stay as they are, byte for byte; edited ones are set aside first.
    Returns the names of those drawn. Raises UserError if a file cannot be written.
    """
    index = read_index(results)
    origin = _origin(record.task, digest(record.content()))
    drawn = []
    for figure in figures:
        path = results.figure(record.task, figure.name)
        if _is_drawn(path, index, origin):
            continue
        if path.is_file() and index.get(path.name, {}).get("sha256") not in (None, _sha256(path)):
            set_aside(path, results.aside)
        write_bytes(path, svg(figure))
        index[path.name] = origin | {"sha256": _sha256(path)}
        drawn.append(figure.name)
    if drawn:
        write_text(results.figure_index, json.dumps(index, indent=1, sort_keys=True) + "\n")
    return tuple(drawn)


def all_drawn(task: str, source: str, names: Sequence[str], results: Results) -> bool:
    """Whether the figures of these names are there, as `ensure_drawn` leaves them.

    `source` is the digest of the task's record.
    """
    index, origin = read_index(results), _origin(task, source)
    return all(_is_drawn(results.figure(task, name), index, origin) for name in names)


def _origin(task: str, source: str) -> dict[str, str]:
    """What a figure is drawn from, and by: the modules of figures and of the task's section.

    Not by what these import from elsewhere: nearly any change would draw all figures anew.
    """
    own = f"sections/{task.replace('-', '_')}/*.py"
    code = code_digest("book/drawing.py", "figures/*.py", "sections/*.py", own)
    return {"record": source, "code": code}


def _is_drawn(path: Path, index: Mapping[str, Any], origin: Mapping[str, str]) -> bool:
    return path.is_file() and index.get(path.name) == {**origin, "sha256": _sha256(path)}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def svg(figure: Figure) -> bytes:
    """The figure as SVG, with the data of its curves embedded.

    Equal records give equal bytes with one version of matplotlib.
    """
    from matplotlib import rc_context

    from report.figures.curves import embedded
    from report.figures.finish import finish
    from report.figures.letters import set_fonts
    from report.figures.style import RC

    with rc_context(RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # told by tell_unshown
        canvas = figure.draw()
        for text in _texts_with_names(canvas):
            if getattr(text, "formula", False):
                continue
            text.set_parse_math(False)
            text.set_text("\n".join(plain(line) for line in text.get_text().split("\n")))
        tell_unshown(set_fonts(canvas))
        finish(canvas)
        buffer = io.BytesIO()
        canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return embedded(buffer.getvalue().decode(), canvas).encode()


def as_csv(drawing: bytes) -> str | None:
    """The data in a figure's SVG, a line for each point; None where it has none.

    Columns: panel, series, run, names of x and y, x and y.
    """
    found = DATA.search(drawing)
    if found is None:
        return None
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(("panel", "series", "run", "x name", "y name", "x", "y"))
    for number, panel in enumerate(json.loads(found[1]), start=1):
        axes = panel["x"]["label"], panel["y"]["label"]
        for one in panel["series"]:
            head = panel["title"] or number, one["label"]
            runs = one["runs"] or [one["y"]]
            for run, values in enumerate(runs):
                for at, point in enumerate(zip(one["x"], values, strict=True)):
                    named = {True: at, False: run if one["runs"] else -1}[one["points"]]
                    name = dict(enumerate(one["names"])).get(named, "")
                    writer.writerow((*head, name, *axes, *point))
    return made.getvalue()


def _texts_with_names(canvas: Canvas) -> Iterator[Text]:
    """Titles, legends and notes, which hold names that the user chose: a dollar sign is no math."""
    legends = [*canvas.legends, *(axes.get_legend() for axes in canvas.axes)]
    yield from canvas.texts
    for axes in canvas.axes:
        yield from (axes.title, *axes.texts)
    for legend in legends:
        yield from legend.get_texts() if legend is not None else ()


def read_index(results: Results) -> dict[str, dict[str, Any]]:
    """What each figure was drawn from, and its digest; empty if unknown."""
    try:
        index = json.loads(results.figure_index.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    known = index.items() if isinstance(index, dict) else ()
    return {name: entry for name, entry in known if isinstance(entry, dict)}
