"""Cases: networks on a function or on images, as their tables and names in the report."""

from dataclasses import replace
from typing import Any

from report.records import Record
from report.sections.section import Table, settings_table
from report.words import format as fmt
from report.words.markdown import Markdown, escape


def case_name(case: dict[str, Any]) -> Markdown:
    """The function as a formula, or the name of the data set."""
    return fmt.formula(case["title"]) if case["kind"] == "function" else escape(case["title"])


def cases_settings(record: Record, *, steps: bool = True) -> Table:
    """The settings with the networks, a column for each case, and the number of `steps`."""
    cases = record.rows("cases")
    counts = [fmt.count(case["epochs"] * case["steps_per_epoch"]) for case in cases if steps]
    name = Markdown("steps, one batch each")
    if len(cases) < 2:
        return settings_table(record, more=[(name, count) for count in counts])
    table = settings_table(record)
    if len(table.header) != len(cases) + 1:
        return table
    rows = (*table.rows, (name, *counts)) if steps else table.rows
    return replace(table, header=("Setting", *map(case_name, cases)), rows=rows)


def about(case: dict[str, Any]) -> dict[str, Markdown]:
    """The value that tells apart what is said of several cases, and the name of the case."""
    return {"key": escape(case["case"]), "case": case_name(case)}
