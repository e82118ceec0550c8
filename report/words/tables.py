"""A table of formatted cells, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Literal, NamedTuple, TypeVar

from report.words.markdown import Markdown, escape

T = TypeVar("T")


class Column(NamedTuple, Generic[T]):
    """A column: its heading, width in percent (0: as wide as it needs), and a cell for each row."""

    header: str
    width: int
    cell: Callable[[T], Markdown]
    align: Literal["l", "r"] = "r"


@dataclass(frozen=True)
class Table:
    """A table of formatted cells; `align` has one letter per column, l or r."""

    name: str
    caption: Markdown
    header: tuple[str, ...]
    align: str
    rows: tuple[tuple[Markdown, ...], ...]
    widths: tuple[int, ...] | None = None

    @classmethod
    def of(cls, name: str, caption: str, rows: Iterable[T], *columns: Column[T]) -> Table:
        """A table with a line for each of `rows`."""
        header, widths, cells, align = zip(*columns, strict=True)
        lines = tuple(tuple(cell(row) for cell in cells) for row in rows)
        fixed = widths if any(widths) else None
        return cls(name, Markdown(caption), header, "".join(align), lines, fixed)

    def markdown(self, task: str) -> Markdown:
        """The table as a Markdown pipe table with caption and label `tbl-<task>-<name>`."""
        marks = {"l": ":---", "r": "---:"}
        lines = [
            "| "
            + " | ".join(
                cell if isinstance(cell, Markdown) else escape(cell) for cell in self.header
            )
            + " |",
            "|" + "|".join(marks[letter] for letter in self.align) + "|",
        ]
        if self.widths and (len(self.widths) != len(self.header) or sum(self.widths) > 100):
            raise ValueError(f"{task}, table {self.name}: widths {self.widths}")
        for row in self.rows:
            if len(row) != len(self.header):
                raise ValueError(f"{task}, table {self.name}: a row has {len(row)} cells")
            lines.append("| " + " | ".join(cell.replace("\n", " ") for cell in row) + " |")
        widths = f' tbl-colwidths="{list(self.widths)}"' if self.widths else ""
        return Markdown(
            "\n".join(lines) + f"\n\n: {self.caption} {{#tbl-{task}-{self.name}{widths}}}\n"
        )
