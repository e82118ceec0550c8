"""Several commands on one folder of results: one computes, the others wait and find it done."""

from pathlib import Path
from typing import Any

from tests.faults.commands import start
from tests.faults.compare import contents
from tests.project import RUN


def test_one_computes_and_the_others_wait(project: Path, straight: dict[str, Any]) -> None:
    commands = [start(project, *RUN) for _ in range(3)]
    assert [command.wait() for command in commands] == [0, 0, 0]
    computed = [c.text.count("simulate-function: ok") for c in commands]
    assert sorted(computed) == [0, 0, 1]
    for command in commands:
        if "simulate-function: ok" not in command.text:
            assert "another process is computing here, waiting for it" in command.text
            assert "simulate-function: fresh" in command.text
    assert contents(project / "results" / "tiny") == straight


def test_the_one_that_waits_goes_on_when_the_other_is_killed(
    project: Path, straight: dict[str, Any]
) -> None:
    first = start(project, *RUN)
    first.wait_for(lambda: "to run" in first.text)
    second = start(project, *RUN)
    second.wait_for(lambda: "waiting for it" in second.text)
    first.signal(9)
    assert second.wait() == 0
    assert contents(project / "results" / "tiny") == straight
