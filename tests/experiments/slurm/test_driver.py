"""Jobs that are submitted, watched, lost and submitted again, by a Slurm that a test plays."""

from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.selection import Outcome
from experiments.settings.slurm import Slurm
from experiments.slurm.arguments import fingerprint
from experiments.slurm.driver import POLL, VISIBLE, Driver
from experiments.slurm.queue import Job, Submission, job_name
from report.errors import UserError
from report.records import Record
from report.tasks import BY_NAME
from tests.experiments.slurm.cluster import Cluster, computed

FIRST, SECOND = "simulate-function", "train-on-task"


def reason(outcome: Outcome) -> str:
    """Why a task failed."""
    assert isinstance(outcome, Record) and outcome.status == "failed"
    assert outcome.reason is not None
    return outcome.reason


def test_records_come_back(cluster: Cluster) -> None:
    said: list[str] = []
    cluster.happens = [
        lambda: cluster.turns(SECOND, "RUNNING"),
        lambda: cluster.ends(SECOND),
        lambda: cluster.ends(FIRST, status="diverged"),
    ]
    found = computed(cluster, FIRST, SECOND, said=said)
    assert list(found) == [SECOND, FIRST]
    assert isinstance(found[FIRST], Record) and found[FIRST].status == "diverged"
    assert said == [
        f"{FIRST}: job 1 submitted",
        f"{SECOND}: job 2 submitted",
        f"{SECOND}: job 2 running",
    ]
    assert [(o.task, o.options.device, o.options.command) for o in cluster.submitted] == [
        (FIRST, "auto", "homework run"),
        (SECOND, "auto", "homework run"),
    ]
    assert not list((cluster.request.results.work / "jobs").glob("*"))


def test_a_task_waits_for_what_it_builds_on(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = type(BY_NAME[SECOND])(SECOND, "", "", after=(FIRST,))
    monkeypatch.setitem(BY_NAME, SECOND, later)
    orders: list[int] = []
    cluster.happens = [
        lambda: orders.append(len(cluster.submitted)),
        lambda: cluster.ends(FIRST),
        lambda: orders.append(len(cluster.submitted)),
        lambda: cluster.ends(SECOND),
    ]
    assert set(computed(cluster, FIRST, SECOND)) == {FIRST, SECOND}
    assert orders == [1, 2]


def test_no_more_jobs_than_asked_for(cluster: Cluster) -> None:
    orders: list[int] = []
    cluster.happens = [
        lambda: orders.append(len(cluster.submitted)),
        lambda: cluster.ends(FIRST),
        lambda: cluster.ends(SECOND),
    ]
    computed(cluster, FIRST, SECOND, workers=1)
    assert orders == [1]
    assert len(cluster.submitted) == 2


@pytest.mark.parametrize("state", ["TIMEOUT", "PREEMPTED", "NODE_FAIL", "BOOT_FAIL"])
def test_what_may_go_on_is_submitted_again(cluster: Cluster, state: str) -> None:
    cluster.happens = [lambda: cluster.turns(FIRST, state), lambda: cluster.ends(FIRST)]
    found = computed(cluster, FIRST)
    assert isinstance(found[FIRST], Record) and found[FIRST].status == "ok"
    assert len(cluster.submitted) == 2
    assert cluster.submitted[0] == cluster.submitted[1]


def test_the_job_before_is_not_taken_for_the_new_one(cluster: Cluster) -> None:
    def old_one_again() -> None:
        cluster.jobs[job_name(cluster.request.results, FIRST)] = Job(1, "TIMEOUT")

    cluster.happens = [old_one_again, old_one_again, lambda: cluster.ends(FIRST)]
    computed(cluster, FIRST)
    assert len(cluster.submitted) == 2


def test_but_not_for_ever(cluster: Cluster) -> None:
    cluster.happens = [lambda: cluster.turns(FIRST, "TIMEOUT")] * 10
    found = computed(cluster, FIRST, slurm=Slurm(restarts=2))
    assert len(cluster.submitted) == 3
    assert reason(found[FIRST]).startswith("job 3 is lost: TIMEOUT after 2 restarts, without")


@pytest.mark.parametrize("state", ["CANCELLED", "FAILED", "OUT_OF_MEMORY", "DEADLINE"])
def test_a_lost_job_fails_its_task_alone(cluster: Cluster, state: str) -> None:
    cluster.happens = [lambda: cluster.turns(FIRST, state), lambda: cluster.ends(SECOND)]
    found = computed(cluster, FIRST, SECOND)
    assert reason(found[FIRST]).startswith(f"job 1 is lost: {state}, without a record; its log is")
    assert isinstance(found[SECOND], Record) and found[SECOND].status == "ok"
    assert cluster.now == 2 * POLL
    assert Submission.read(cluster.request.results, FIRST) is None


def test_a_job_that_slurm_forgot(cluster: Cluster) -> None:
    cluster.happens = [lambda: cluster.vanishes(FIRST)]
    assert "unknown to Slurm" in reason(computed(cluster, FIRST)[FIRST])


def test_a_record_may_be_seen_late(cluster: Cluster) -> None:
    later: list[Callable[[], None]] = [lambda: None] * int(VISIBLE / POLL - 2)
    cluster.happens = [
        lambda: cluster.turns(FIRST, "COMPLETED"),
        *later,
        lambda: cluster.ends(FIRST),
    ]
    found = computed(cluster, FIRST)
    assert isinstance(found[FIRST], Record) and found[FIRST].status == "ok"


def test_slurm_that_does_not_answer_loses_nothing(cluster: Cluster) -> None:
    said: list[str] = []

    def silent() -> None:
        cluster.answers = False

    def back() -> None:
        cluster.answers = True
        cluster.ends(FIRST)

    cluster.happens = [silent, *[lambda: None] * 50, back]
    found = computed(cluster, FIRST, said=said)
    assert isinstance(found[FIRST], Record) and found[FIRST].status == "ok"
    assert len([line for line in said if "is Slurm well?" in line]) == 1


def test_no_slurm_at_all(cluster: Cluster) -> None:
    cluster.answers = False
    with pytest.raises(UserError, match="is Slurm well"):
        computed(cluster, FIRST)


def test_a_record_from_before_is_not_the_jobs(cluster: Cluster) -> None:
    old = cluster.writes(FIRST)
    cluster.happens = [
        lambda: cluster.turns(FIRST, "RUNNING"),
        lambda: cluster.ends(FIRST, provenance=old.provenance.model_copy(update={"threads": 7})),
    ]
    found = computed(cluster, FIRST)
    assert isinstance(found[FIRST], Record) and found[FIRST].provenance.threads == 7


def test_a_record_of_other_settings_is_not_taken(cluster: Cluster) -> None:
    cluster.happens = [lambda: cluster.ends(FIRST, "FAILED", key="of other settings")]
    assert "is lost: FAILED" in reason(computed(cluster, FIRST)[FIRST])


def test_what_the_user_can_mend(cluster: Cluster) -> None:
    def fails() -> None:
        log = cluster.request.results.job(FIRST) / "1_0_log.err"
        log.write_text("a warning\nhomework: data/MNIST: not there; run without --offline\n")
        cluster.turns(FIRST, "FAILED")

    cluster.happens = [fails]
    found = computed(cluster, FIRST)[FIRST]
    assert isinstance(found, UserError)
    assert str(found) == "job 1: data/MNIST: not there; run without --offline"


def test_a_refused_job(cluster: Cluster) -> None:
    cluster.refuses = "sbatch: error: something\nsbatch: error: Invalid account\n"
    with pytest.raises(UserError, match=r"tiny\.toml: slurm: no job .*Invalid account"):
        computed(cluster, FIRST)


def test_jobs_are_left_and_taken_up(cluster: Cluster) -> None:
    said: list[str] = []
    first = Driver(cluster.request, said.append)

    def interrupted() -> None:
        raise KeyboardInterrupt

    cluster.happens = [interrupted]
    with pytest.raises(KeyboardInterrupt):
        list(first.computed((FIRST, SECOND)))
    assert said[-1] == (
        f"still in Slurm: {FIRST}, {SECOND}; the same command takes them up again, "
        "scancel 1 2 ends them"
    )
    cluster.writes(FIRST)  # between the two commands
    cluster.happens = [lambda: cluster.ends(SECOND)]
    found = computed(cluster, FIRST, SECOND)
    assert {task: type(outcome) for task, outcome in found.items()} == {
        FIRST: Record,
        SECOND: Record,
    }
    assert len(cluster.submitted) == 2


def test_the_fingerprint_of_nothing(tmp_path: Path) -> None:
    assert fingerprint(tmp_path / "none") == ""
