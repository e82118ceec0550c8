"""Run the tasks of a suite: what is fresh is kept, the rest is computed and recorded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from experiments.freshness import freshness
from experiments.lock import locked, tried
from experiments.selection import Outcome, Selection
from experiments.slurm.queue import forget
from report.errors import UserError
from report.records import Record, write_record
from report.records.files import set_aside, write_text
from report.records.folders import check_kind, make_room, remove_drafts
from report.records.owner import LastRun, keep_questions, remember_run, take


@dataclass(frozen=True)
class Report:
    """What a run did: tasks computed, tasks found fresh, tasks that failed with their reason."""

    computed: tuple[str, ...]
    fresh: tuple[str, ...]
    failed: dict[str, str]


def run(
    request: Selection,
    computed: Callable[[Selection, tuple[str, ...]], Iterator[tuple[str, Outcome]]],
    on_record: Callable[[Record], None],
    say: Callable[[str], None],
) -> Report:
    """Run the requested tasks; only one command runs in a folder.

    Args:
        request: what to run.
        computed: gives tasks with what came of them, each as soon as it is done; not called where
            nothing waits.
        on_record: called for every record that is fresh or new (figures are drawn there).
        say: told one line per task.

    A task that fails leaves a record of status "failed"; the other tasks run all the same.
    Raises UserError, after the other tasks are done, for a task that the user can correct; before
    anything is computed, where the folder cannot be written or holds records of the other kind
    (smoke and full-size records never mix).
    """
    results = request.results
    done, fresh, failed = [], [], {}
    errors: list[UserError] = []

    def finish(record: Record) -> None:
        try:
            on_record(record)
        except UserError as error:
            say(f"{record.task}: {error}")
            errors.append(error)
        except Exception as error:
            failed[record.task] = f"figures: {type(error).__name__}: {error}"
            say(f"{record.task}: failed: {failed[record.task]}")

    with locked(results.lock, say):
        with tried(results.jobs_lock) as alone:
            # Jobs of a command that is gone may be writing; then a later run tidies up.
            if alone:
                remove_drafts(results)
                if not request.suite.smoke and make_room(results):
                    say(f"{results.folder}: the smoke records were moved to {results.folder}-smoke")
        check_kind(results, request.suite.smoke)
        keep_questions(results, request.suite.questions)
        waiting = []
        for task in request.tasks:
            state = freshness(request.suite, task, results)
            if state.fresh and state.record is not None and not request.options.force:
                results.marker(task).unlink(missing_ok=True)
                forget(results, task)
                fresh.append(task)
                say(f"{task}: fresh")
                finish(state.record)
                continue
            why = f" ({'; '.join(state.reasons[:3])})" if state.reasons else ""
            say(f"{task}: {state.state}{why}, to run")
            if state.damaged:
                place = set_aside(results.record(task), results.aside)
                say(f"{task}: the damaged record lies in {place}")
            waiting.append(task)
        begun = _begun(request, say)
        for task, outcome in computed(begun, tuple(waiting)) if waiting else ():
            try:
                if isinstance(outcome, UserError):
                    raise outcome
                write_record(results.record(task), outcome)
                results.marker(task).unlink(missing_ok=True)
                if outcome.status != "failed":
                    forget(results, task)
            except UserError as error:
                say(f"{task}: {error}")
                errors.append(error)
                continue
            if outcome.status == "failed":
                failed[task] = outcome.reason or "failed"
                say(f"{task}: failed: {outcome.reason}")
                continue
            done.append(task)
            say(f"{task}: {outcome.status} in {outcome.provenance.wall_seconds:.1f} s")
            finish(outcome)
        with tried(results.jobs_lock) as alone:
            if alone:
                remove_drafts(results)  # of workers that took part in a task and were ended with it
    if errors:
        raise errors[0]
    return Report(tuple(done), tuple(fresh), failed)


def _begun(request: Selection, say: Callable[[str], None]) -> Selection:
    """The request as it begins: the folder is the suite's, what was run last is kept.

    Where everything is to be made anew, nothing older than now is taken from the cache; the clock
    is that of the disk.
    """
    options, results = request.options, request.results
    take(results, request.suite.file)
    remember_run(options.results, LastRun(options.suite, options.smoke))
    if not options.force:
        return request
    write_text(results.anew, "")
    say("--force: everything is trained anew; what was trained before is not taken up")
    since = results.anew.stat().st_mtime
    results.anew.unlink(missing_ok=True)
    return replace(request, options=replace(options, since=since))
