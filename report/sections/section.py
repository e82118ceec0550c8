"""What a section of the report is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from report.claims import Claim
from report.figures.style import Canvas
from report.records import Record
from report.sections.architecture import architecture
from report.sections.settings import settings_table as settings_table
from report.words import format as fmt
from report.words.markdown import Markdown, attribute, escape
from report.words.tables import Table as Table

MANY = 12
"""More networks than these stand in two columns of the table of models, where they fit."""
SHORT = 30
"""Letters of an architecture that fits one of two columns."""


@dataclass(frozen=True)
class Figure:
    """A figure: `draw` makes it from the record; `caption` is Markdown, `alt` describes it.

    `shapes` holds the values behind every shape that `alt` claims: rising, falling, level.
    """

    name: str
    caption: str
    alt: str
    draw: Callable[[], Canvas]
    shapes: Mapping[str, Sequence[float]] = field(default_factory=dict)


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
    """Every network of the task with its depth and number of parameters.

    Many whose architectures are short stand in two columns.
    """
    sides, widths = 1, (22, 54, 8, 16)
    rows: list[tuple[Markdown, ...]] = [
        (
            escape(model.name),
            architecture(record, model),
            fmt.count(model.depth),
            fmt.count(model.parameters),
        )
        for model in record.models
    ]
    if len(rows) > MANY and max(len(row[1]) for row in rows) <= SHORT:
        sides, widths = 2, (10, 23, 7, 10)
        half = -(-len(rows) // 2)
        right = [*rows[half:], (Markdown(""),) * len(widths)]
        rows = [(*one, *other) for one, other in zip(rows[:half], right, strict=False)]
    return Table(
        name="models",
        caption=Markdown(
            "Models. Depth is the number of hidden layers; parameters are counted from the built "
            "modules and agree with the closed form, except where the architecture says that they "
            "are counted from the module alone."
        ),
        header=("Model", "Architecture", "Depth", "Parameters") * sides,
        align="llrr" * sides,
        rows=tuple(rows),
        widths=widths * sides,
    )


def figure_markdown(task: str, figure: Figure, path: str, files: Mapping[str, str]) -> Markdown:
    """The figure as a Markdown paragraph labeled `fig-<task>-<name>`.

    Below it, on the site: its data as `templates/styles/blocks.lua` finds them in its SVG, and
    links to `files`, addresses by what they are called.
    """
    label = f"{{#fig-{task}-{figure.name} fig-alt={attribute(figure.alt)}}}"
    links = " ".join(f"[{words}]({address})" for words, address in files.items())
    curves = f'::: {{.curves .on-site figure="{path}"}}\n{links}\n:::\n'
    return Markdown(f"![{figure.caption}]({path}){label}\n\n{curves}")
