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


def cases_settings(record: Record) -> Table:
    """The settings with the networks and the number of steps; a column for each case."""
    cases = record.rows("cases")
    name = Markdown("steps, one batch each")
    steps = tuple(fmt.count(case["epochs"] * case["steps_per_epoch"]) for case in cases)
    if len(cases) < 2:
        return settings_table(record, more=[(name, step) for step in steps])
    table = settings_table(record)
    if len(table.header) != len(cases) + 1:
        return table
    names = tuple(case_name(case) for case in cases)
    return replace(table, header=("Setting", *names), rows=(*table.rows, (name, *steps)))


def about(case: dict[str, Any]) -> dict[str, Markdown]:
    """The value that tells apart what is said of several cases, and the name of the case."""
    return {"key": escape(case["case"]), "case": case_name(case)}
