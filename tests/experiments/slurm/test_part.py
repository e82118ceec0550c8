"""What the job of a part leaves: its share in the cache, and nothing else."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from experiments.engine.group import GroupTraining
from experiments.engine.share import Share
from experiments.lock import tried
from experiments.slurm import job as module
from experiments.slurm.job import run
from experiments.slurm.order import Order
from report.records import Results, read_record
from tests.experiments.slurm.cluster import TASK
from tests.faults.compare import OUTSIDE


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of each group that is trained, from which epoch on."""
    train, begun = GroupTraining._train_epoch, dict[int, int]()
    found = list[int]()

    def counted(self: GroupTraining) -> None:
        if id(self) not in begun:
            begun[id(self)] = self.epoch
            alive.append(self)
            found.append(self.epoch)
        train(self)

    alive = list[GroupTraining]()  # so that no other gets the same id
    monkeypatch.setattr(GroupTraining, "_train_epoch", counted)
    return found


def part(order: Order, number: int, parts: int = 2) -> Order:
    made = order.model_copy(update={"share": Share(number, parts)})
    return Order.model_validate_json(made.model_dump_json())  # as the job is told


def groups(order: Order) -> set[str]:
    return {path.name for path in Results(order.root, order.results).trained.glob("*.pt")}


def plain(results: Results) -> dict[str, Any]:
    """The record without what it owes to the clock."""
    content = json.loads(results.record(TASK).read_text())
    del content["digest"]
    for key in OUTSIDE:
        del content["provenance"][key]
    return content  # type: ignore[no-any-return]


def test_the_record_is_that_of_a_task_without_parts(
    order: Order, trained: list[int], tmp_path: Path
) -> None:
    straight = order.model_copy(update={"root": tmp_path / "straight"})
    run(straight)
    assert trained == [0, 0]
    trained.clear()

    results = Results(order.root, order.results)
    run(part(order, 1))
    assert len(groups(order)) == 1
    run(part(order, 0))
    assert trained == [0, 0]
    assert groups(order) == groups(straight)
    assert not results.record(TASK).exists()
    assert not results.marker(TASK).exists()
    run(order)
    assert trained == [0, 0]  # nothing more
    assert plain(results) == plain(Results(straight.root, straight.results))
    assert read_record(results.record(TASK)).provenance.taken_up == 2


def test_a_share_alone_is_taken_up(order: Order, trained: list[int]) -> None:
    run(part(order, 0))
    run(part(order, 0))
    assert trained == [0]
    run(order)
    assert trained == [0, 0]


def test_a_part_measures_nothing(
    order: Order, trained: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments.tasks import simulate_function

    def measured(*_given: Any) -> Any:
        raise AssertionError("a part goes on behind its training")

    with monkeypatch.context() as patched:
        patched.setattr(simulate_function, "_prediction", measured)
        for number in (0, 1, 0):
            run(part(order, number))
    assert trained == [0, 0]


def test_a_part_without_a_group_trains_nothing(order: Order, trained: list[int]) -> None:
    run(part(order, 3, 4))
    assert (trained, groups(order)) == ([], set())


def test_no_part_of_what_is_done(order: Order, trained: list[int]) -> None:
    run(order)
    results = Results(order.root, order.results)
    for path in results.trained.glob("*.pt"):
        path.unlink()
    run(part(order, 0))
    assert len(trained) == 2


def test_parts_go_side_by_side_and_not_beside_their_task(
    order: Order, trained: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each alone at its share; whoever computes the task waits for all of them."""
    begun, may_end = [threading.Event() for _ in range(2)], threading.Event()

    def train_share(_request: Any, _task: str, share: Share) -> None:
        begun[share.part].set()
        assert may_end.wait(60)

    monkeypatch.setattr(module, "train_share", train_share)
    threads = [threading.Thread(target=run, args=(part(order, n),)) for n in range(2)]
    for thread in threads:
        thread.start()
    assert all(event.wait(60) for event in begun)

    results = Results(order.root, order.results)
    with tried(results.lock_of(TASK)) as alone:
        assert not alone
    begun[0].clear()
    threads.append(threading.Thread(target=run, args=(part(order, 0),)))
    threads[-1].start()
    assert not begun[0].wait(1.0)
    may_end.set()
    for thread in threads:
        thread.join(60)
    assert begun[0].is_set()
    with tried(results.lock_of(TASK)) as alone:
        assert alone
