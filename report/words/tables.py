"""A table of formatted cells, as Markdown."""

from dataclasses import dataclass

from report.words.markdown import Markdown, escape


@dataclass(frozen=True)
class Table:
    """A table of formatted cells; `align` has one letter per column, l or r."""

    name: str
    caption: Markdown
    header: tuple[str, ...]
    align: str
    rows: tuple[tuple[Markdown, ...], ...]
    widths: tuple[int, ...] | None = None

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
