"""What a section of the report is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from report.claims import Claim
from report.records import Record
from report.words import format as fmt
from report.words.markdown import Markdown, attribute, escape
from report.words.tables import Table as Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


@dataclass(frozen=True)
class Figure:
    """A figure: `draw` makes it from the record; `alt` describes it in words."""

    name: str
    caption: Markdown
    alt: str
    draw: Callable[[], Canvas]


@dataclass(frozen=True)
class Section:
    """Figures, tables and commentary (paragraphs of claims) of one task."""

    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    commentary: tuple[tuple[Claim, ...], ...]
    words: Mapping[str, Markdown] = field(default_factory=dict)
    """What the section's template says depending on the settings, by name."""

    def __post_init__(self) -> None:
        """Raises ValueError for two figures or two tables of one name: one would hide the other."""
        for kind, things in (("figures", self.figures), ("tables", self.tables)):
            names = [thing.name for thing in things]
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"two {kind} are called {name}")


def models_table(record: Record) -> Table:
    """Every network of the task with its depth and number of parameters."""
    return Table(
        name="models",
        caption=Markdown(
            "Models. Depth is the number of hidden layers; parameters are counted from the built "
            "modules and agree with the closed form, except where the architecture says that they "
            "are counted from the module alone."
        ),
        header=("Model", "Architecture", "Depth", "Parameters"),
        align="llrr",
        rows=tuple(
            (
                escape(model.name),
                escape(model.architecture),
                fmt.count(model.depth),
                fmt.count(model.parameters),
            )
            for model in record.models
        ),
        widths=(18, 56, 10, 16),
    )


def settings_table(record: Record, omit: Sequence[str] = ("models", "functions")) -> Table:
    """The settings of the task, flattened; the models have their own table.

    Where the settings hold a list of alternatives (comparisons), each has its column.
    """
    hidden = {*omit, "acknowledge", "chosen"}
    shown = {key: value for key, value in record.settings.items() if key not in hidden}
    lists = [
        key
        for key, value in shown.items()
        if isinstance(value, list) and value and all(isinstance(v, dict) for v in value)
    ]
    columns = max((len(cast(list[Any], shown[key])) for key in lists), default=1)
    rows: dict[str, list[Markdown]] = {}
    for key, value in shown.items():
        alternatives = value if key in lists else [value] * columns
        prefix = "" if key in lists else key
        for index, alternative in enumerate(cast(list[Any], alternatives)):
            for name, text in _flattened(prefix, alternative, hidden):
                rows.setdefault(name, [fmt.MISSING] * columns)[index] = text
    for name, text in _changes(record, hidden):
        rows[name] = [text] * columns
    single = columns == 1
    return Table(
        name="settings",
        caption=Markdown(f"Settings, as the suite gives them.{_images(record)}{_ours(record)}"),
        header=("Setting", *(["Value"] if single else [str(n + 1) for n in range(columns)])),
        align="l" * (columns + 1),
        rows=tuple((escape(name), *values) for name, values in rows.items()),
        widths=(45, 55) if single else (40, *[60 // columns] * columns),
    )


def _changes(record: Record, omit: set[str]) -> list[tuple[str, Markdown]]:
    """What single functions and models, which have tables of their own, change in the training."""
    given = {
        key: cast(list[dict[str, Any]], record.settings.get(key, []))
        for key in ("functions", "models")
    }
    return [
        row
        for key, ones in given.items()
        for one in ones
        if one.get("training")
        for row in _flattened(f"{key[:-1]} {one['name']}", {"training": one["training"]}, omit)
    ]


def _images(record: Record) -> Markdown:
    """A sentence that names the image data sets and their sizes, and what is synthetic."""
    sets = dict.fromkeys(
        f"{escape(d.name)}{' (synthetic)' if d.synthetic else ''}, {fmt.count(d.train_size)} "
        f"training and {fmt.count(d.test_size)} test images"
        for d in record.datasets
    )
    return Markdown(f" Data: {'; '.join(sets)}." if sets else "")


def _ours(record: Record) -> Markdown:
    """A sentence that lists the settings which a reference does not state."""
    keys = cast(list[str], record.settings.get("chosen", []))
    words = [[part for part in key.split(".") if not part.isdigit()] for key in keys]
    names = dict.fromkeys(", ".join(parts).replace("_", " ") for parts in words)
    if not names:
        return Markdown("")
    return Markdown(f" Not stated by the reference, chosen here: {escape('; '.join(names))}.")


def _flattened(key: str, value: object, omit: set[str]) -> list[tuple[str, Markdown]]:
    """Leaves of nested settings as (words, formatted value), without None and empty ones.

    The default precision is left out too: parts of some tasks use float64 anyway.
    """
    if key.rsplit(", ")[-1] in omit or value is None or value == [] or value == "float32":
        return []
    if isinstance(value, dict):
        join = f"{key}, " if key else ""
        return [row for k, v in value.items() for row in _flattened(f"{join}{k}", v, omit)]
    if isinstance(value, list) and all(isinstance(v, dict) for v in value):
        numbered = enumerate(value, start=1)
        return [row for n, v in numbered for row in _flattened(f"{key} {n}", v, omit)]
    shown = fmt.seeds(cast(list[int], value)) if key.endswith("seeds") else _setting(value)
    return [(key.replace("_", " "), shown)]


@fmt.formatter
def _setting(value: object) -> Markdown:
    if isinstance(value, list):
        return escape(", ".join(_signed(v) for v in value))
    if isinstance(value, bool):
        return Markdown("yes" if value else "no")
    if isinstance(value, int):
        return fmt.count(value)
    if isinstance(value, float):
        return _small(value) if value and abs(value) < 1e-4 else Markdown(_signed(f"{value:g}"))
    word = str(value)
    return escape(word.replace("_", " ") if word.isidentifier() else word)


def _small(value: float) -> Markdown:
    """A small number with the digits that it has: 1×10⁻¹⁰, 2.5×10⁻⁵."""
    mantissa = f"{value:.3e}".partition("e")[0].rstrip("0")
    return fmt.number(value, max(1, sum(c.isdigit() for c in mantissa)))


def _signed(value: object) -> str:
    """A value with a minus sign where a program writes a hyphen."""
    return re.sub(r"^-(?=\d)", "−", str(value))


def figure_markdown(task: str, figure: Figure, path: str, source: Markdown) -> Markdown:
    """The figure as a Markdown paragraph with label `fig-<task>-<name>`, and where its curves are.

    `source` tells in its caption where it comes from.
    """
    label = f"{{#fig-{task}-{figure.name} fig-alt={attribute(figure.alt)}}}"
    caption = f"{figure.caption} [{source}]{{.source}}"
    curves = f'::: {{.curves figure="{path}"}}\n:::\n'
    return Markdown(f"![{caption}]({path}){label}\n\n{curves}")
