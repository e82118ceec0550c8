"""The README says what the committed records say."""

from dataclasses import replace

import pytest

from report.book import readme
from report.book.gather import Part, gather
from report.records import Results


@pytest.fixture(scope="module")
def parts() -> tuple[Part, ...]:
    """The flagship."""
    return gather(Results(readme.ROOT / "results", "full"))


def test_the_readme_is_up_to_date(parts: tuple[Part, ...]) -> None:
    text = readme.README.read_text(encoding="utf-8")
    quoted = text.partition(readme.BEGIN)[2].partition(readme.END)[0].strip()
    assert quoted == readme.block(parts), "write it again: python -m report.book.readme"


def test_five_findings_and_every_task(parts: tuple[Part, ...]) -> None:
    lines = readme.block(parts).splitlines()
    assert sum(line.startswith("- ") for line in lines) == 5
    assert not any("@" in line for line in lines)
    assert sum(line.startswith("| ") for line in lines) == 1 + len(parts) + 1


def test_times_stand_under_their_device(parts: tuple[Part, ...]) -> None:
    part = parts[0]
    assert part.record is not None
    origin = part.record.provenance.model_copy(
        update={"device": "NVIDIA H100", "wall_seconds": 75.0, "taken_up_seconds": 5.0}
    )
    record = part.record.model_copy(update={"provenance": origin})
    lines = readme.block([replace(part, record=record)])
    assert f"| {part.task.name} | – | 1\u00a0min 20\u00a0s |" in lines
