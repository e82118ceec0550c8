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


def cases_table(record: Record) -> Table:
    """What is trained on what, in how many steps."""
    return Table(
        name="cases",
        caption=Markdown(
            "Problems. A step uses one batch; where the batch holds all examples, an epoch is one "
            "step."
        ),
        header=("Problem", "Model", "Examples", "Batch", "Epochs", "Steps"),
        align="llrrrr",
        rows=tuple(
            (
                case_name(case),
                escape(case["model"]),
                fmt.count(case["examples"]),
                fmt.count(case["batch_size"]),
                fmt.count(case["epochs"]),
                fmt.count(case["epochs"] * case["steps_per_epoch"]),
            )
            for case in record.rows("cases")
        ),
    )


def cases_settings(record: Record) -> Table:
    """The settings without the networks, which have their own table; a column for each case."""
    table = settings_table(record, omit=("network",))
    cases = record.rows("cases")
    if len(table.header) != len(cases) + 1 or len(cases) < 2:
        return table
    return replace(table, header=("Setting", *(case["case"] for case in cases)))


def about(case: dict[str, Any]) -> dict[str, Markdown]:
    """The value that tells apart what is said of several cases, and the name of the case."""
    return {"key": escape(case["case"]), "case": case_name(case)}
