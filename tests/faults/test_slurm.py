"""A real Slurm of one node: the same records, jobs that outlive their command, lost and resumed."""

import json
import signal
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from report.records import Results, read_record
from tests.faults import slow_jobs, slurm_node
from tests.faults.commands import Command, start
from tests.faults.compare import contents
from tests.faults.slurm_node import Node
from tests.project import RUN as LOCAL

pytestmark = [
    pytest.mark.skipif(slurm_node.missing() is not None, reason=slurm_node.missing() or ""),
    pytest.mark.skipif(find_spec("submitit") is None, reason="submitit is not installed"),
]

RUN = ("run", "--suite", "tiny.toml", "--device", "cpu", "--executor", "slurm")
ONE = (*RUN, "--only", "simulate-function")
MINUTES = 5 * 60
"""A job imports Torch, which takes long where the machine is busy."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with slurm_node.running(tmp_path_factory.mktemp("slurm") / "node") as node:
        yield node


@pytest.fixture
def node(cluster: Node) -> Iterator[Node]:
    """The node, whose partition takes jobs before and after."""
    yield cluster
    opened(cluster)
    cluster("scancel", "--partition=main")


def opened(node: Node, state: str = "UP") -> None:
    """Let the jobs in the queue begin; with the state DOWN, let them wait."""
    node("scontrol", "update", "PartitionName=main", f"State={state}")


def looking_often() -> None:
    from experiments.slurm import driver

    driver.POLL = 0.3


def command(
    folder: Path, node: Node, *arguments: str, more: Mapping[str, str] | None = None
) -> Command:
    """Begin `homework arguments` where Slurm is that node."""
    environment = {**node.environment, "PYTHONPATH": slow_jobs.paths(), **(more or {})}
    return start(folder, *arguments, hook=looking_often, environment=environment)


def states(folder: Path, node: Node) -> dict[str, str]:
    """What `homework status` says."""
    told = command(folder, node, "status", "--suite", "tiny.toml", "--json")
    assert told.wait() == 0, told.text
    return {found["task"]: found["state"] for found in json.loads(told.text)}


def same(found: dict[str, Any], straight: dict[str, Any]) -> None:
    """All that a run without Slurm leaves, and nothing else; the command alone is another."""
    assert found.keys() == straight.keys()
    for name, content in straight.items():
        if name in ("simulate-function.json", "train-on-task.json"):
            told = found[name]["provenance"].pop("command")
            assert told in (" ".join(("homework", *RUN)), " ".join(("homework", *LOCAL)))
            provenance = {k: v for k, v in content["provenance"].items() if k != "command"}
            content = content | {"provenance": provenance}
        assert found[name] == content, name


def test_jobs_outlive_their_command(project: Path, straight: dict[str, Any], node: Node) -> None:
    before = node.jobs()
    opened(node, "DOWN")
    first = command(project, node, *RUN)
    first.wait_for(lambda: first.text.count(" submitted") == 2)
    assert states(project, node) == {"simulate-function": "queued", "train-on-task": "queued"}
    first.signal(signal.SIGINT)
    assert first.wait() == 130
    numbers = sorted(node.jobs().keys() - before.keys(), key=int)
    assert f"scancel {' '.join(numbers)} ends them" in first.text

    second = command(project, node, *RUN)
    second.wait_for(lambda: second.text.count("is there from before") == 2)
    opened(node)
    second.wait_for(lambda: "running" in states(project, node).values(), MINUTES)
    assert second.wait(MINUTES) == 0, second.text
    assert len(node.jobs()) == len(before) + 2
    same(contents(project / "results" / "tiny"), straight)
    again = command(project, node, *RUN)
    assert again.wait() == 0
    assert again.text.splitlines() == ["simulate-function: fresh", "train-on-task: fresh"]


def test_a_lost_job_is_noticed(project: Path, straight: dict[str, Any], node: Node) -> None:
    before = node.jobs()
    opened(node, "DOWN")
    watched = command(project, node, *ONE)
    watched.wait_for(lambda: " submitted" in watched.text)
    (number,) = node.jobs().keys() - before.keys()
    node("scancel", number)
    assert watched.wait(10) == 1
    assert f"simulate-function: failed: job {number} is lost: CANCELLED" in watched.text
    record = read_record(Results(project / "results", "tiny").record("simulate-function"))
    assert (record.status, record.suite) == ("failed", "tiny")

    killed = command(project, node, *ONE)
    killed.wait_for(lambda: " submitted" in killed.text)
    killed.signal(signal.SIGKILL)
    killed.wait()
    node("scancel", *(node.jobs().keys() - before.keys()))
    assert states(project, node) == {"simulate-function": "lost", "train-on-task": "missing"}
    rerun = start(project, *LOCAL)
    assert rerun.wait() == 0, rerun.text
    same(contents(project / "results" / "tiny"), straight)


def test_what_slurm_refuses(project: Path, node: Node) -> None:
    suite = project / "tiny.toml"
    suite.write_text(suite.read_text() + '\n[slurm]\npartition = "nowhere"\n')
    refused = command(project, node, *ONE)
    assert refused.wait() == 2
    last = refused.text.splitlines()[-1]
    assert last.startswith("homework: ")
    assert "tiny.toml: slurm: " in last
    assert "partition" in last


def in_training(command: Command, hooks: Path) -> None:
    command.wait_for(lambda: slow_jobs.epochs(hooks) >= 10, MINUTES)


def once(project: Path, hooks: Path, again: int) -> None:
    """No epoch was trained twice, except that in which the job was ended."""
    trained = Results(project / "results", "tiny").trained
    groups = len(list(trained.glob("*.pt")))
    assert groups > 0
    assert groups * 30 <= slow_jobs.epochs(hooks) <= groups * 30 + again


def completed(project: Path, straight: dict[str, Any]) -> None:
    """Run what is left here; all is as without Slurm."""
    assert start(project, *LOCAL).wait() == 0
    found = contents(project / "results" / "tiny")
    found["simulate-function.json"]["provenance"]["command"] = " ".join(("homework", *RUN))
    same(found, straight)


def test_a_preempted_job_goes_on_from_its_checkpoint(
    project: Path, straight: dict[str, Any], node: Node, tmp_path: Path
) -> None:
    """A job of a partition that goes before takes all cores; Slurm requeues ours."""
    hooks = tmp_path / "hooks"
    watched = command(project, node, *ONE, more=slow_jobs.environment(hooks, 0.05))
    in_training(watched, hooks)
    node("sbatch", "--partition=urgent", "--exclusive", "--output=/dev/null", "--wrap=sleep 1")
    assert watched.wait(MINUTES) == 0, watched.text
    assert watched.text.count(" submitted") == 1
    assert watched.text.count("running") == 2
    once(project, hooks, 1)
    completed(project, straight)


@pytest.mark.long
def test_a_time_limit(project: Path, straight: dict[str, Any], node: Node, tmp_path: Path) -> None:
    suite = project / "tiny.toml"
    suite.write_text(suite.read_text() + "\n[slurm]\nminutes = 1\n")
    hooks = tmp_path / "hooks"
    watched = command(project, node, *ONE, more=slow_jobs.environment(hooks, 2.0))
    assert watched.wait(2 * MINUTES) == 0, watched.text
    restarts = watched.text.count("ended as TIMEOUT, to go on from its checkpoint")
    assert restarts >= 1
    once(project, hooks, restarts)
    completed(project, straight)


@pytest.mark.long
def test_a_job_that_is_killed(
    project: Path, straight: dict[str, Any], node: Node, tmp_path: Path
) -> None:
    hooks = tmp_path / "hooks"
    watched = command(project, node, *ONE, more=slow_jobs.environment(hooks, 0.05))
    in_training(watched, hooks)
    node("scancel", "--signal=KILL", "--full", "--partition=main")
    assert watched.wait(60) == 1
    assert "is lost: " in watched.text
    rerun = command(project, node, *RUN)
    assert rerun.wait(MINUTES) == 0, rerun.text
    same(contents(project / "results" / "tiny"), straight)
