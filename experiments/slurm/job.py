"""What a job does: compute one task and write its record."""

import sys

from experiments.compute import Request
from experiments.device import choose_device, prepare_process, threads_on
from experiments.engine.context import Silent
from experiments.freshness import freshness
from experiments.lock import locked, need_locks
from experiments.slurm.arguments import Arguments, fingerprint
from experiments.suite import load_suite
from experiments.workers import computed
from report.errors import UserError
from report.interruption import InterruptedBySignal, interruptible
from report.records import Results, write_record
from report.records.folders import check_kind
from report.words.terminal import say


def run(arguments: Arguments) -> None:
    """Compute the task unless somebody has in the meantime; raises UserError."""
    options, task = arguments.options, arguments.task
    suite = load_suite(
        options.suite,
        smoke=options.smoke,
        root=options.results,
        data_dir=options.data_dir,
        download=True,
    )
    results = Results(options.results, arguments.results)
    need_locks(results.jobs_lock)
    device = choose_device(options.device)
    prepare_process(threads_on(device))
    request = Request(options, suite, (task,), results, device)
    with locked(results.jobs_lock, say, shared=True):
        state = freshness(suite, task, results)
        asked_again = options.force and fingerprint(results.record(task)) == arguments.before
        if state.fresh and not asked_again:
            say(f"{task}: fresh")
            return
        for _, outcome in computed(request, (task,), Silent(), arguments.workers, say):
            if isinstance(outcome, UserError):
                raise outcome
            check_kind(results, options.smoke)
            write_record(results.record(task), outcome)
            results.marker(task).unlink(missing_ok=True)
            say(f"{task}: {outcome.status} in {outcome.provenance.wall_seconds:.1f} s")


def main() -> None:
    """As `homework`: what the user got wrong is one line on standard error and exit status 2."""
    try:
        with interruptible():
            run(Arguments.model_validate_json(sys.argv[1]))
    except UserError as error:
        say("homework: " + " ".join(str(error).split()), error=True)
        sys.exit(2)
    except InterruptedBySignal as end:
        sys.exit(end.status)


if __name__ == "__main__":
    main()
