"""What the commands do. What takes long to import is imported where it is needed: experiments
where something is trained or compared, the report's own modules where it is not rendered alone.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial, wraps
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report.errors import UserError, did_you_mean
from report.records import BadRecordError, Record, Results, kept, read_record
from report.records.folders import results_of
from report.records.options import Options
from report.records.owner import check_owner, last_run
from report.shipped import lay_frame
from report.tasks import BY_NAME
from report.words.terminal import say

if TYPE_CHECKING:
    from report.diff import Side


def run(options: Options) -> bool:
    """Run a suite's tasks; whether all that was asked for is there. Raises UserError.

    A run that finds nothing to do is kept, and said again as long as nothing has changed.
    """
    from experiments.suites.basis import basis

    plain = options.executor == "local" and options.device != "cuda"
    asked = plain and not (options.force or options.log_dir)
    name = basis("run", options, options.only) if asked else None
    if name and (said := kept.read(name)):
        say(said, error=True, end="")
        return True
    lines = _run(options)
    if name and lines and basis("run", options, options.only) == name:
        kept.write(name, "".join(f"{line}\n" for line in lines))
    return lines is not None


def _run(options: Options) -> tuple[str, ...] | None:
    """What was said of the tasks; None where one failed.

    What is kept of records that are fresh is neither drawn nor computed again.
    """
    from experiments import runner, selection
    from experiments import suite as suites
    from report.book.drawing import all_drawn, ensure_drawn
    from report.book.stored import current, is_kept, store_claims
    from report.words.progress import Bars

    results = results_for(options)
    suite = suites.load_suite(
        options.suite,
        smoke=options.smoke,
        root=options.results,
        data_dir=options.data_dir,
        download=True,
    )
    tasks = tuple(suites.chosen_tasks(suite, options.only))
    _check_asked(options)
    stored = current(results)
    said: list[str] = []

    def draw(record: Record) -> None:
        if is_kept(stored, record):
            known = stored[record.task]
            if all_drawn(record.task, known["record"], known["figures"], results):
                return
        from report.sections.registry import section_of

        ensure_drawn(record, section_of(record).figures, results)

    with Bars() as bars:

        def tell(line: str) -> None:
            said.append(line)
            bars.say(line)

        def computed(
            begun: selection.Selection, waiting: tuple[str, ...]
        ) -> Iterator[tuple[str, selection.Outcome]]:
            need_torch()
            from experiments import executor

            return executor.computed(begun, waiting, bars, tell)

        asked = selection.Selection(options, suite, tasks, results)
        report = runner.run(asked, computed, draw, tell)
    if not all(is_kept(stored, record) for record in _records(results)):
        from report.book.gather import read_parts

        store_claims(results, read_parts(results))
    if report.failed:
        say(f"homework: failed: {', '.join(report.failed)}", error=True)
    return None if report.failed else tuple(said)


def _check_asked(options: Options) -> None:
    """Raises UserError, before anything is trained, for what is asked for and not here."""
    if options.executor == "slurm":
        from experiments.slurm.submission import need_submitit

        need_submitit()
    if options.device == "cuda":
        need_torch()
        from experiments.device import choose_device

        choose_device(options.device)
    if options.log_dir is not None:
        from experiments.tensorboard import summary_writer

        summary_writer()


def _records(results: Results) -> Iterator[Record]:
    """The records of the suite that can be read, in the order of the report."""
    for task in BY_NAME:
        with suppress(FileNotFoundError, BadRecordError):
            yield read_record(results.record(task))


def last_run_here(options: Options) -> Options:
    """The options with a suite: where none is given, what was last run here, else `full`.

    Says which, on standard error.
    """
    if options.suite:
        return options
    last = last_run(options.results)
    if last is None:
        return replace(options, suite="full")
    found = replace(options, suite=last.suite, smoke=options.smoke or last.smoke)
    smoke = ", a smoke run" if found.smoke else ""
    say(f"homework: --suite {found.suite}{smoke}, as last run here", error=True)
    return found


def results_for(options: Options) -> Results:
    """Where the records of the suite lie.

    Raises UserError where they are another suite's, or no report can have the suite's name.
    """
    from experiments.suites import find_suite
    from report.book.sources import check_suite_name

    name, file = find_suite(options.suite, options.results)
    if file.is_file():
        check_suite_name(name)
    results = results_of(options.results, name, options.smoke)
    check_owner(results, file)
    return results


def render(options: Options) -> None:
    """Render a suite's records, where the report is not up to date, and say where it is."""
    from report.render import render as render_book

    results = results_for(options)
    records = [path.resolve() for path in results.folder.glob("*.json")]
    if not records:
        from report.book.gather import gather

        gather(results, options.to_run)  # says what is missing, before anything is written
    if lay_frame(Path.cwd()):
        say(
            f"{Path.cwd()}: made a Quarto project of the book "
            "(_quarto.yml, chapters, styles, homework.toml)"
        )
    gc.set_threshold(100_000)  # the last work of a process, in large trees of which all is in use
    environment = {
        "HOMEWORK_SUITE": results.name,
        "HOMEWORK_RESULTS": str(options.results.absolute()),
    }
    read = [*records, results.repeated.resolve()]
    with ThreadPoolExecutor() as pool:  # the first time, it takes as long as what other programs do
        asked = pool.submit(
            kept.answered,
            lambda: kept.exactly(sorted(results.folder.glob("*.json")), kept.program(), "made"),
            lambda: _made_by_other_code(results),
        )
        result = render_book(Path.cwd(), options.renderer, environment, read, options.single_file)
        say(result.line)
    if stale := asked.result():
        few = ", ".join(stale[:3]) + (f" and {len(stale) - 3} more" if len(stale) > 3 else "")
        told = f"Stale: the code of {few} changed since the records were made; run again"
        say(f"{told}: {options.to_run}")


def _made_by_other_code(results: Results) -> list[str]:
    """The tasks whose records show what the code of today would not give, by its text alone.

    Whether settings changed is for `status` to say, which reads the suite.
    """
    from experiments.fingerprint.task import made_by_this_code

    return [record.task for record in _records(results) if not made_by_this_code(record)]


def _kept(compute: Callable[..., Any]) -> Callable[..., Any]:
    """An answer of JSON values that follows from a suite, its results and further words alone.

    It is computed once, see `basis`.
    """

    @wraps(compute)
    def answer(options: Options, *words: Any) -> Any:
        from experiments.suites.basis import basis

        asked = partial(basis, compute.__name__, options, words)
        return kept.answered(asked, partial(compute, options, *words))

    return answer


@_kept
def status(options: Options) -> list[dict[str, Any]]:
    """State of every task of a suite."""
    from experiments.freshness import freshness
    from experiments.slurm.queue import standing
    from experiments.suite import load_suite

    results = results_for(options)
    suite = load_suite(
        options.suite, smoke=options.smoke, root=options.results, data_dir=options.data_dir
    )
    found = [freshness(suite, task, results) for task in suite.tasks]
    jobs = standing(results, [f.task for f in found if not f.fresh])
    return [
        {"task": f.task, "state": state, "reasons": [*because, *f.reasons]}
        for f in found
        for state, *because in (jobs.get(f.task, (f.state,)),)
    ]


def check(options: Options, allow_stale: bool, submission: bool) -> tuple[bool, list[str]]:
    """Whether the report of a suite holds, and what was found, in lines; never a kept answer.

    With `allow_stale`, that a record is stale is worth a note, and no problem.
    """
    from report.book.sources import Sources
    from report.check import State
    from report.check import check as check_report

    states = [
        State(found["task"], found["state"], tuple(found["reasons"])) for found in status(options)
    ]
    sources = Sources(Path.cwd(), results_for(options))
    outcome = check_report(sources, states, allow_stale, submission)
    found = (*outcome.problems, *outcome.notes)
    lines = [f"{one.topic:<10} {one.where}: {one.what}" for one in found]
    counted = f"{outcome.claims} claims, {outcome.figures} figures"
    lines.append(f"{options.suite}: {len(outcome.problems) or 'no'} problem(s) in {counted}")
    return outcome.passed, lines


def diff(before: str, after: str, form: str) -> str:
    """What changed between two folders of results or git revisions: json, markdown or text."""
    from report.diff import sides

    basis = partial(sides.basis, form, before, after)
    return str(kept.answered(basis, lambda: _diff(before, after, form)))


def _diff(before: str, after: str, form: str) -> str:
    from report.diff import compare, open_side
    from report.diff.shown import as_markdown, as_text

    with open_side(before) as old, open_side(after) as new:
        found = compare(old, new, _stale(new))
    if form == "json":
        return json.dumps(asdict(found), indent=1, allow_nan=False) + "\n"
    return as_markdown(found) if form == "markdown" else as_text(found)


def keep_repeated(before: str, after: str) -> tuple[str, ...]:
    """Keep what a second run of tasks moved beside the first one's records; the tasks' names."""
    from report.diff import open_side
    from report.diff.repeated import keep_repeated

    with open_side(before) as old, open_side(after) as new:
        if not (old.single and new.single and Path(before).is_dir()):
            raise UserError("--keep: name two folders of one suite's records each")
        return keep_repeated(*old.suites.values(), *new.suites.values())


def _stale(side: Side) -> dict[tuple[str, str], tuple[str, ...]]:
    """Why records are not what this program would make, by suite and task."""
    from experiments.freshness import freshness
    from experiments.suite import load_suite, suite_names

    found = {}
    for name, results in side.suites.items():
        known = name.removesuffix("-smoke")
        if known not in suite_names():
            continue
        smoke = next((record.smoke for record in _records(results)), False)
        suite = load_suite(known, smoke=smoke)
        for task in suite.tasks:
            state = freshness(suite, task, results)
            if state.state == "stale":
                found[name, task] = state.reasons
    return found


@_kept
def names(options: Options) -> tuple[dict[str, str], list[str]]:
    """What a comment may cite: names and values; and what is missing by a fault of the program."""
    from report.book.stored import stored_names

    results = results_for(options)
    stored = stored_names(results)
    if stored is not None:
        return stored, []
    from report.book.gather import gather

    parts = gather(results, options.to_run)
    return (
        {name: str(text) for part in parts for name, text in part.numbers().items()},
        [f"{part.task.name}: {part.trouble}" for part in parts if part.faulty],
    )


def reseal(options: Options) -> Iterator[str]:
    """Give records of the version before their new keys; says of each what was done."""
    from experiments.reseal import reseal as reseal_records

    name = results_for(options).name if options.suite else None
    return reseal_records(options.results, name)


@_kept
def models(options: Options, built: bool) -> list[Any]:
    """Every network of a suite with its number of parameters; with `built`, from the modules."""
    results_for(options)  # refuses what a run would refuse
    from experiments.suite import load_suite
    from experiments.suite_networks import suite_models

    if built:
        need_torch()
    suite = load_suite(options.suite, root=options.results, data_dir=options.data_dir)
    return list(suite_models(suite, built))


def init(file: str, root: Path) -> Path:
    """Write an annotated suite; the path of its schema. Raises UserError as a run of it would."""
    from experiments.suites.begin import begin
    from report.book.sources import check_suite_name

    if file.lower().endswith(".toml"):
        check_suite_name(Path(file).stem)
    return begin(file, root)


def listed(what: str) -> list[tuple[str, str]]:
    """What a suite may name, each with a few words. Raises UserError for an unknown list."""
    from experiments.listing import LISTS, NEEDING_FILES

    if what not in LISTS:
        raise UserError(f'"{what}": there is no such list{did_you_mean(what, tuple(LISTS))}')
    return [*LISTS[what](), *(NEEDING_FILES[what]() if what in NEEDING_FILES else ())]


def schema() -> str:
    """The JSON schema of a suite."""
    from experiments.suites.begin import SCHEMA

    return SCHEMA.read_text(encoding="utf-8")


def need_torch() -> None:
    """Raises UserError where torch is not installed."""
    if find_spec("torch") is None:
        raise UserError(
            'torch is not installed; install the experiments with pip install ".[experiments]"'
        )
