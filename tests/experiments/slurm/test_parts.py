"""The parts of a large task: submitted before it, watched as it is, and never in its way."""

import pytest

from experiments.engine.share import Share
from experiments.settings.slurm import Slurm
from experiments.slurm.driver import POLL, VISIBLE, Driver
from experiments.slurm.queue import Job, Note, job_name, parts_noted
from report.records import Record
from tests.experiments.slurm.cluster import Cluster, computed

TASK, OTHER = "simulate-function", "train-on-task"  # 8 and 4 runs
PARTS = [f"{TASK}.1-of-3", f"{TASK}.2-of-3", f"{TASK}.3-of-3"]
SPLIT = Slurm(parts=3, restarts=1)


def submitted(cluster: Cluster) -> list[tuple[str, Share | None]]:
    return [(order.task, order.share) for order in cluster.orders]


def test_the_task_follows_its_parts(cluster: Cluster) -> None:
    said: list[str] = []
    orders: list[int] = []
    cluster.happens = [
        lambda: cluster.turns(PARTS[1], "RUNNING"),
        lambda: cluster.turns(PARTS[0], "COMPLETED"),
        lambda: cluster.turns(PARTS[1], "COMPLETED"),
        lambda: orders.append(len(cluster.orders)),
        lambda: cluster.turns(PARTS[2], "COMPLETED"),
        lambda: orders.append(len(cluster.orders)),
        lambda: cluster.ends(OTHER),
        lambda: cluster.ends(TASK),
    ]
    found = computed(cluster, TASK, OTHER, said=said, slurm=SPLIT)
    assert [type(outcome) for outcome in found.values()] == [Record, Record]
    assert orders == [4, 5]
    assert submitted(cluster) == [
        *((TASK, Share(part, 3)) for part in range(3)),
        (OTHER, None),
        (TASK, None),
    ]
    assert said[4:7] == [
        f"{PARTS[1]}: job 2 running",
        f"{PARTS[0]}: job 1 ended as COMPLETED",
        f"{PARTS[1]}: job 2 ended as COMPLETED",
    ]
    assert not list((cluster.request.results.work / "jobs").glob("*"))


@pytest.mark.parametrize("state", ["CANCELLED", "FAILED", "OUT_OF_MEMORY"])
def test_lost_parts_hold_nothing_up(cluster: Cluster, state: str) -> None:
    said: list[str] = []
    cluster.happens = [
        lambda: [cluster.turns(part, state) for part in PARTS],  # type: ignore[list-item,return-value]
        lambda: cluster.ends(TASK),
    ]
    found = computed(cluster, TASK, said=said, slurm=SPLIT)[TASK]
    assert isinstance(found, Record) and found.status == "ok"
    assert f"{PARTS[2]}: job 3 ended as {state}; the job of {TASK} trains what is left" in said
    assert len(cluster.orders) == 4
    assert cluster.now == 2 * POLL


def test_a_part_that_slurm_forgot(cluster: Cluster) -> None:
    later = [lambda: None] * int(VISIBLE / POLL + 1)
    cluster.happens = [
        lambda: [cluster.vanishes(part) for part in PARTS],  # type: ignore[list-item,return-value]
        *later,
        lambda: cluster.ends(TASK),
    ]
    computed(cluster, TASK, slurm=SPLIT)
    assert submitted(cluster)[-1] == (TASK, None)


def test_a_part_goes_on_after_its_time(cluster: Cluster) -> None:
    cluster.happens = [
        lambda: cluster.turns(PARTS[0], "COMPLETED"),
        lambda: cluster.turns(PARTS[1], "COMPLETED"),
        lambda: cluster.turns(PARTS[2], "TIMEOUT"),
        lambda: cluster.turns(PARTS[2], "TIMEOUT"),
        lambda: cluster.ends(TASK),
    ]
    computed(cluster, TASK, slurm=SPLIT)
    assert submitted(cluster)[3:] == [(TASK, Share(2, 3)), (TASK, None)]


def test_parts_count_as_jobs(cluster: Cluster) -> None:
    orders: list[int] = []
    cluster.happens = [
        lambda: orders.append(len(cluster.orders)),
        lambda: cluster.turns(PARTS[0], "COMPLETED"),
        lambda: orders.append(len(cluster.orders)),
        *(lambda part=part: cluster.turns(part, "COMPLETED") for part in PARTS[1:]),
        lambda: cluster.ends(TASK),
    ]
    computed(cluster, TASK, slurm=SPLIT, limit=2)
    assert orders == [2, 3]


def interrupted(cluster: Cluster) -> list[str]:
    """A command that is interrupted at the next look; what it said."""
    said: list[str] = []

    def interrupt() -> None:
        raise KeyboardInterrupt

    cluster.happens = [interrupt]
    driver = Driver(cluster.request, SPLIT, "auto", said.append)
    with pytest.raises(KeyboardInterrupt):
        list(driver.computed((TASK,)))
    return said


def test_parts_are_left_and_taken_up(cluster: Cluster) -> None:
    said = interrupted(cluster)
    assert said[-1] == (
        f"still in Slurm: {', '.join(PARTS)}; the same command takes them up again, "
        "scancel 1 2 3 ends them"
    )
    cluster.turns(PARTS[1], "CANCELLED")
    cluster.happens = [
        lambda: cluster.turns(PARTS[0], "COMPLETED"),
        lambda: cluster.turns(PARTS[2], "COMPLETED"),
        lambda: cluster.ends(TASK),
    ]
    # Divided in another way beside them, the same would be trained twice.
    computed(cluster, TASK, slurm=Slurm(parts=2))
    assert submitted(cluster)[3:] == [(TASK, None)]


def test_no_parts_beside_the_tasks_own_job(cluster: Cluster) -> None:
    results = cluster.request.results
    Note("").write(results, TASK)
    cluster.jobs[job_name(results, TASK)] = Job(0, "RUNNING")
    cluster.happens = [lambda: cluster.ends(TASK)]
    computed(cluster, TASK, slurm=SPLIT)
    assert cluster.orders == []


def test_parts_that_are_gone_are_submitted_again(cluster: Cluster) -> None:
    interrupted(cluster)
    for part in PARTS:
        cluster.turns(part, "CANCELLED")
    assert len(parts_noted(cluster.request.results, TASK)) == 3
    interrupted(cluster)
    assert [share for _, share in submitted(cluster)] == [Share(n, 3) for n in (0, 1, 2)] * 2
