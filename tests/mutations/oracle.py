"""Whether what a section says is true of its record, by a second reading of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from report.records import Record
from report.sections.registry import section_of
from tests.mutations import geometry, solutions, training
from tests.mutations.general import general
from tests.mutations.lines import lines
from tests.mutations.reading import Reading

RULES: dict[str, Callable[[Reading], Iterator[str]]] = {
    rule.__name__.replace("_", "-"): rule
    for rule in (
        *(training.simulate_function, training.train_on_task, training.random_labels),
        *(training.parameter_count, geometry.gradient_norm, geometry.weight_trajectories),
        *(geometry.minimal_ratio, geometry.error_surface, solutions.interpolation),
        *(solutions.sensitivity, solutions.sharpness),
    )
}


def read(record: Record) -> Reading:
    """The section of a record, with the sentences that the report leaves out for its length."""
    return Reading(record, section_of(record, whole=True))


def violations(record: Record) -> list[str]:
    """What is false, contradictory or badly put in the section of a record; empty if nothing is."""
    try:
        reading = read(record)
    except Exception as error:  # whatever a section raises is what is looked for
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        line = f"{where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where else ""
        return [f"exception: {type(error).__name__} in {line}: {error}"]
    return [*faults(reading)]


def faults(reading: Reading) -> Iterator[str]:
    """What all rules find wrong in a section."""
    yield from general(reading)
    yield from lines(reading)
    yield from RULES[reading.task](reading)
