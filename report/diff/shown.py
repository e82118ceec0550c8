"""A comparison as text for a terminal, and as Markdown for a pull request."""

from collections.abc import Callable, Iterator, Sequence

from report.diff.compare import Difference, Edit, Sentence, SuiteDifference, TaskDifference
from report.diff.numbers import FALSE_DISCOVERY_RATE, Change, Sample
from report.words import format as fmt
from report.words.markdown import Markdown, bare, escape, plain

LISTED = 20
"""Changes of one kind that are listed; the JSON has all."""
KINDS = {
    "verdict": "says something else",
    "numbers": "other numbers",
    "wording": "other words",
    "added": "new",
    "removed": "gone",
}


def as_text(difference: Difference) -> str:
    """Lines for a terminal."""
    lines = [f"{plain(difference.before)} → {plain(difference.after)}"]
    for suite in difference.suites:
        lines += ["", plain(suite.suite)]
        for task in _changed(suite):
            lines += ["", f"  {plain(task.task)}: {task.state}"]
            lines += [f"    {line}" for line in _text_facts(task)]
            for change in _listed(task):
                about = f" ({plain(change.about)})" if change.about else ""
                lines.append(f"      {plain(change.name)}{about}: {_values(change)}")
            for sentence in task.sentences[:LISTED]:
                lines.append(f"    {sentence.name}: {KINDS[sentence.kind]}")
                lines += [f"      - {bare(sentence.before)}"] if sentence.before else []
                lines += [f"      + {bare(sentence.after)}"] if sentence.after else []
        lines.append(f"  {_rest(suite)}")
    return "\n".join(lines) + "\n"


def as_markdown(difference: Difference) -> str:
    """Headings, lists and tables, as the summary of a pull request."""
    before, after = _inline(difference.before), _inline(difference.after)
    lines = ["# What changed in the report", "", f"From {before} to {after}."]
    for suite in difference.suites:
        lines += ["", f"## Suite {_inline(suite.suite)}"]
        for task in _changed(suite):
            lines += ["", f"### {_inline(task.task)}: {task.state}", ""]
            lines += [f"- {line}" for line in _facts(task, _inline)]
            lines += _numbers_table(_listed(task))
            lines += _sentences_list(task.sentences)
        lines += ["", _rest(suite)]
    return "\n".join(lines) + "\n"


def _changed(suite: SuiteDifference) -> list[TaskDifference]:
    return [task for task in suite.tasks if task.state != "same" or task.notes]


def _rest(suite: SuiteDifference) -> str:
    same = sum(task.state == "same" for task in suite.tasks)
    if same == len(suite.tasks):
        return "Nothing changed."
    return f"{fmt.plural(same, 'other task is', 'other tasks are')} the same.".capitalize()


def _text_facts(task: TaskDifference) -> Iterator[str]:
    return _facts(task, plain)


def _facts(task: TaskDifference, show: Callable[[str], str]) -> Iterator[str]:
    """One line per fact; `show` makes a text of the records harmless."""
    if task.stale:
        yield f"stale: {_some(task.stale, show)}"
    yield from (show(note) for note in task.notes)
    if task.settings:
        yield f"settings: {_edits(task.settings, show)}"
    if task.sources:
        yield f"source: {_some(task.sources, show)}"
    if task.data:
        yield f"data: {_some(task.data, show)}"
    if task.parameters:
        sizes = [Edit(e.name, *(_count(v) for v in (e.before, e.after))) for e in task.parameters]
        yield f"parameters: {_edits(sizes, show)}"
    if task.numbers.removed:
        yield f"no longer measured: {_some(task.numbers.removed, show)}"
    if task.numbers.added:
        yield f"newly measured: {_some(task.numbers.added, show)}"
    if task.numbers.changes:
        yield _counted(task)


def _counted(task: TaskDifference) -> str:
    """How many numbers changed, and what beyond noise means."""
    kinds = [change.noise for change in task.numbers.changes]
    parts = [f"{fmt.count(kinds.count('beyond'))} beyond their noise over the seeds"]
    parts += [f"{fmt.count(kinds.count('within'))} within it"] if "within" in kinds else []
    if unknown := kinds.count("unknown"):
        parts.append(f"{fmt.count(unknown)} without repetitions to tell")
    rate = fmt.percent(FALSE_DISCOVERY_RATE, 0)
    return (
        f"numbers: of {fmt.count(task.numbers.compared)}, {', '.join(parts)} "
        f"(Welch's test, false discovery rate {rate})"
    )


def _listed(task: TaskDifference) -> list[Change]:
    """Changes beyond noise, then as many as fit of those whose noise is not known."""
    beyond = [change for change in task.numbers.changes if change.noise == "beyond"]
    unknown = [change for change in task.numbers.changes if change.noise == "unknown"]
    return beyond + unknown[: max(0, LISTED - len(beyond))]


def _values(change: Change) -> str:
    unsure = "" if change.noise == "beyond" else ", noise not known"
    return f"{_sample(change.before)} → {_sample(change.after)}{unsure}"


def _sample(sample: Sample) -> str:
    spread = f" ± {fmt.number(sample.spread, 2)}" if sample.spread is not None else ""
    return f"{fmt.number(sample.mean, 4)}{spread}"


def _numbers_table(changes: Sequence[Change]) -> list[str]:
    if not changes:
        return []
    head = ["", "| Number | Of | Before | After | Seeds |", "|---|---|---:|---:|---:|"]
    return head + [
        f"| {_inline(c.name)} | {_inline(c.about)} | {_sample(c.before)} | {_sample(c.after)} "
        f"| {fmt.count(c.before.n)}, {fmt.count(c.after.n)} |"
        for c in changes
    ]


def _sentences_list(sentences: Sequence[Sentence]) -> list[str]:
    lines = [""] if sentences else []
    for sentence in sentences[:LISTED]:
        lines.append(f"- {_inline(sentence.name)}: {KINDS[sentence.kind]}")
        lines += [f"  - before: {_quoted(sentence.before)}"] if sentence.before else []
        lines += [f"  - now: {_quoted(sentence.after)}"] if sentence.after else []
    if len(sentences) > LISTED:
        lines.append(f"- and {fmt.count(len(sentences) - LISTED)} more sentences")
    return lines


def _edits(edits: Sequence[Edit], show: Callable[[str], str]) -> str:
    return _some(
        [f"{e.name} {_value(e.before)} → {_value(e.after)}" for e in edits],
        show,
    )


def _some(items: Sequence[str], show: Callable[[str], str]) -> str:
    shown = "; ".join(show(item) for item in items[:LISTED])
    more = len(items) - LISTED
    return f"{shown}; and {fmt.count(more)} more" if more > 0 else shown


def _value(value: object) -> str:
    return "none" if value is None else str(value)


def _count(value: int | None) -> str | None:
    return None if value is None else str(fmt.count(value))


def _quoted(sentence: str) -> str:
    """A generated sentence, Markdown already; citations are no mentions of people."""
    return plain(sentence).replace("@", "&#64;")


def _inline(text: str) -> Markdown:
    return Markdown(escape(text).replace("\\@", "&#64;"))
