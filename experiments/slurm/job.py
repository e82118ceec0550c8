"""What a job does: compute one task and write its record, or train a share of its runs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from experiments.compute import Request, compute
from experiments.device import choose_device, prepare_process
from experiments.engine.context import Silent
from experiments.freshness import freshness
from experiments.lock import locked
from experiments.slurm.order import Order, fingerprint
from experiments.slurm.part import train_share
from experiments.slurm.piece import Piece
from experiments.suite import load_suite
from report.errors import UserError
from report.interruption import InterruptedBySignal, interruptible
from report.records import Results, write_record
from report.records.folders import check_kind


def run(order: Order) -> None:
    """Compute what is ordered unless somebody has in the meantime; raises UserError."""
    suite = load_suite(order.suite, smoke=order.smoke)
    results = Results(order.root, order.results)
    device = choose_device(order.device)
    prepare_process()
    request = Request(
        suite, (order.task,), results, order.data_dir, device, order.command, order.force,
        order.log_dir,
    )  # fmt: skip
    piece = Piece(order.task, order.share)
    with locked(results.jobs_lock, print, shared=True), _alone(piece, results):
        state = freshness(suite, order.task, results)
        asked_again = order.force and fingerprint(results.record(order.task)) == order.before
        if state.fresh and not asked_again:
            print(f"{piece.name}: fresh")
            return
        if piece.share is not None:
            train_share(request, piece.task, piece.share)
            print(f"{piece.name}: trained")
            return
        record = compute(request, order.task, Silent())
        check_kind(results, order.smoke)
        write_record(results.record(order.task), record)
        results.marker(order.task).unlink(missing_ok=True)
    print(f"{order.task}: {record.status} in {record.provenance.wall_seconds:.1f} s")


@contextmanager
def _alone(piece: Piece, results: Results) -> Iterator[None]:
    """Alone at the task; the parts of a task go side by side, each alone at its share."""
    if piece.share is None:
        with locked(results.lock_of(piece.task), print):
            yield
        return
    with (
        locked(results.lock_of(piece.task), print, shared=True),
        locked(results.job(piece.name) / "lock", print),
    ):
        yield


def main() -> None:
    """As `homework`: what the user got wrong is one line on standard error and exit status 2."""
    try:
        with interruptible():
            run(Order.model_validate_json(sys.argv[1]))
    except UserError as error:
        print("homework: " + " ".join(str(error).split()), file=sys.stderr)
        sys.exit(2)
    except InterruptedBySignal as end:
        sys.exit(end.status)


if __name__ == "__main__":
    main()
