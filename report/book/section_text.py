"""The text of each task's section: its filled-in template and commentary, or why it is missing."""

import re
from collections.abc import Sequence
from pathlib import Path

from report.book.gather import NOT_ASKED, Part
from report.book.questions import answers
from report.book.sources import COPIES, Sources, data_path, outside
from report.book.templating import environment, render
from report.claims.trace import answer, entry, reasons
from report.records import Record
from report.sections.registry import section_module
from report.sections.section import Section, figure_markdown, settings_table
from report.shipped import shared
from report.words import format as fmt
from report.words.markdown import Markdown, escape, join

ANY_TASK = "task.qmd"
"""Template of a task that has none of its own: all tables and figures."""


def section_texts(
    chosen: Sources, parts: Sequence[Part], linked: bool = False, evidence: bool = False
) -> list[tuple[Part, Markdown]]:
    """Each part with the text below its heading, without the author's comment.

    If a fault of the program keeps any of a section from being shown, the part returned has no
    section and the text names the fault. `linked` says whether to link the modules that measured
    and drew, `evidence` whether sentences lead to their evidence on paper too.
    """
    return [_text(chosen, part, linked, evidence) for part in parts]


def _text(chosen: Sources, part: Part, linked: bool, evidence: bool) -> tuple[Part, Markdown]:
    if part.record is not None and part.section is not None:
        try:
            text = _filled(chosen, part, part.record, part.section, linked, evidence)
            # The appendices make these again; tried here, a fault costs this section alone.
            _ = answers(part), [entry(numbered) for group in part.claims for numbered in group]
            return part, text
        except Exception as error:
            part = part.lost(error)
    kind = "note" if part.trouble == NOT_ASKED else "warning"
    return part, Markdown(f"::: {{.callout-{kind}}}\n{escape(part.trouble)}\n:::\n\n")


def _filled(
    chosen: Sources, part: Part, record: Record, section: Section, linked: bool, evidence: bool
) -> Markdown:
    task = part.task.name
    figures = {
        figure.name: figure_markdown(task, figure, path, _files(chosen, task, path, linked))
        for figure in section.figures
        for path in [link(chosen, chosen.results.figure(task, figure.name))]
    }
    tables = {table.name: table.markdown(task) for table in section.tables}
    tables.setdefault("settings", settings_table(record).markdown(task))
    body = render(
        environment(shared("templates")),
        f"tasks/{task}.qmd",
        {"settings": record.settings, "metrics": record.metrics, "figures": figures}
        | {"tables": tables, "record": record, "words": section.words}
        | {"commentary": reasons(part.claims, evidence)},
        ANY_TASK,
    )
    notes = "".join(f"::: {{.callout-note}}\n{escape(n)}\n:::\n\n" for n in once(record.notes))
    lead = answer(part.claims, evidence)
    return Markdown(f"{lead}\n{body}\n{notes}[{_origin(chosen, part, linked)}]{{.source}}\n\n")


def once(notes: Sequence[str]) -> list[str]:
    """The notes of a record; what several say of one model each is said once, of all of them."""
    models: dict[str, list[str]] = {}
    for note in notes:
        _, name, said = re.fullmatch(r'(Model ("[^"]*"))?(.*)', note, re.DOTALL).groups()  # type: ignore[union-attr]
        models.setdefault(said, []).append(name or "")
    return [_of_models(names, said) for said, names in models.items()]


def _of_models(names: Sequence[str], said: str) -> str:
    match [name for name in names if name]:
        case []:
            return said
        case [name]:
            return f"Model {name}{said}"
        case several if said.startswith(":"):
            return f"Models {join(several)}{said}"
        case several:
            return f"Each of the models {join(several)}{said}"


def _origin(chosen: Sources, part: Part, linked: bool) -> Markdown:
    """The modules that measured and drew, and the record; linked where the project has them.

    An anonymous report is not linked: a record's command may name folders of its author.
    """
    top = chosen.project.resolve()
    drawn = Path(*section_module(part.task.name).split(".")).with_suffix(".py")
    measured = Path("experiments/tasks", f"{part.task.module}.py")
    record = link(chosen, chosen.results.record(part.task.name)).removeprefix("/")
    words = [
        f"[{code}](/{path})" if linked and file.is_file() and file.is_relative_to(top) else code
        for path in (str(measured), str(drawn), record)
        for code, file in [(fmt.code(path), (top / path).resolve())]
    ]
    return Markdown("Measured by {}, shown by {} from {}.".format(*words))


def _files(chosen: Sources, task: str, figure: str, linked: bool) -> dict[str, str]:
    """What a figure can be had as, and the record it was drawn from, where the project has it."""
    data = data_path(Path(figure).stem)
    record = chosen.results.record(task)
    return (
        ({"Data (CSV)": f"/{data.as_posix()}"} if (chosen.project / data).is_file() else {})
        | {"Figure (SVG)": figure}
        | ({"Record (JSON)": link(chosen, record)} if linked and not outside(chosen) else {})
    )


def link(chosen: Sources, path: Path) -> str:
    """Path of a result from the project's folder, as `/results/…`.

    Of figures outside of the project, `generate` lays copies beside what it writes.
    """
    if outside(chosen):
        return f"/{COPIES.as_posix()}/{path.name}"
    return "/" + path.resolve().relative_to(chosen.project.resolve()).as_posix()
