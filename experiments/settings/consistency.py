"""Settings that contradict themselves, found before anything is trained.

Each contradiction has a name. A suite that needs it (to repeat a reference, mistakes included)
lists the name under `acknowledge` in the task's table, and the record carries a note. A weakness,
where the result is right and says less, is accepted, with a note too.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

from pydantic import BaseModel

from experiments.settings.arguments import refused
from experiments.settings.choice import Choice, parts
from experiments.settings.network import Network, ShapeError, parameter_count
from experiments.settings.torch_names import CLASS_LOSSES
from experiments.settings.training import Schedule, Training
from experiments.settings.use import Use
from report.errors import UserError, nearest

EQUAL_SIZE = 0.01
"""Models meant to be of equal size may differ by this share of the smallest."""
CONTRADICTIONS = frozenset(
    (
        *("batch-exceeds-data", "equal-depth", "mse-on-log-softmax", "narrow-alpha-range"),
        *("schedule-never-acts", "softmax-before-cross-entropy", "softmax-twice"),
        *("stop-never-acts", "two-families", "unequal-size"),
    )
)
"""The result would be wrong, or is not what the homework asks: to be acknowledged."""
WEAKNESSES = frozenset(
    (
        *("fewer-examples-than-parameters", "fractions-incomplete", "narrow-size-range"),
        *("piecewise-linear-activation", "too-few-batch-sizes", "too-few-learning-rates"),
        *("too-few-models", "too-few-seeds", "too-few-structures"),
    )
)
"""The result says less than it could: accepted, and told in the report."""
SPREAD = "from which a spread can be seen"
"""What few seeds are too few for."""

REPEATABLE = {"hidden", "layers", "shortcut", "domain", "shown", "shape", "mean", "std"}
"""Lists of settings in which the same may stand twice."""


@dataclass(frozen=True)
class Finding:
    """A contradiction or a weakness.

    Attributes:
        name: what it is called and acknowledged by; empty when it cannot be.
        key: the setting, below the task's table, e.g. `comparisons.0.training.loss`.
        cause: what contradicts what, a clause without a period.
        remedy: what to change, in the imperative.
    """

    name: str
    key: str
    cause: str
    remedy: str

    @property
    def text(self) -> str:
        """`key: cause; remedy`, one line."""
        return f"{self.key}: {self.cause}; {self.remedy}"


class Checked(Protocol):
    """What of a task's settings is looked at; `experiments.tasks.task.TaskSettings` has it."""

    @property
    def acknowledge(self) -> tuple[str, ...]: ...
    @property
    def chosen(self) -> tuple[str, ...]: ...
    def uses(self) -> tuple[Use, ...]: ...
    def contradictions(self) -> tuple[Finding, ...]: ...


def faults(settings: Checked) -> list[Finding]:
    """What keeps the task from running: contradictions that are not acknowledged, and the rest.

    A name that is acknowledged without need is none; one that nothing has is a fault, as is a
    `chosen` key that the settings do not have.
    """
    names = sorted(CONTRADICTIONS | WEAKNESSES)
    unknown = [
        Finding("", "acknowledge", f'nothing is called "{name}"', _instead(name, names))
        for name in settings.acknowledge
        if name not in names
    ]
    keys = {key for place, _ in _walk(settings) for key in (place, _unnumbered(place)) if key}
    unknown += [
        Finding("", "chosen", f'"{key}" is no setting', _instead(key, sorted(keys)))
        for key in settings.chosen
        if key not in keys
    ]
    told = refusals(settings)
    try:
        found = findings(settings)
    except (TypeError, ValueError, UserError):
        if not told:
            raise
        found = []  # what cannot be built cannot be counted
    accepted = WEAKNESSES.union(settings.acknowledge)
    owners = {finding.key.rpartition(".")[0] for finding in told}
    layered = {
        f"{_place(settings, use.network)}.output" for use in settings.uses() if use.network.layers
    }
    for finding in found:
        if finding.key in layered:
            key = finding.key.removesuffix("output") + "layers"
            finding = replace(finding, key=key, remedy="remove the softmax")
        if finding.name not in accepted and finding.key not in owners:
            told.append(finding)
    return list(dict.fromkeys(unknown + told))


def refusals(settings: Checked) -> list[Finding]:
    """What PyTorch would refuse when it builds, fills or trains the networks."""
    found = [
        Finding("", f"{_place(settings, part)}.{key}", cause, remedy)
        for use in settings.uses()
        for part, key, cause, remedy in refused(use)
    ]
    return list(dict.fromkeys(found))


def notes(settings: Checked) -> tuple[str, ...]:
    """One sentence for each weakness and each acknowledged contradiction, for the record."""
    return tuple(
        f"{finding.cause[0].upper()}{finding.cause[1:]}"
        + ("." if finding.name in WEAKNESSES else f" (acknowledged: {finding.name}).")
        for finding in findings(settings)
        if finding.name in WEAKNESSES.union(settings.acknowledge)
    )


def findings(settings: Checked) -> list[Finding]:
    """Every contradiction and weakness of the settings, acknowledged or not, each once."""
    uses = settings.uses()
    misfits = list(_misfits(settings, uses))
    found = [*_repetitions(settings), *misfits, *(f for u in uses for f in _of_use(settings, u))]
    if not misfits:  # parameters can be counted only where the layers fit
        found += [*_unequal(settings, uses), *settings.contradictions()]
    return list(dict.fromkeys(found))


def too_few(
    name: str, key: str, given: int, needed: int, what: str, why: str = "that the homework asks for"
) -> tuple[Finding, ...]:
    """A weakness when fewer than `needed` are given; `what` is a plural noun."""
    if given >= needed:
        return ()
    things = what if given != 1 else what.removesuffix("s")
    cause = f"the task has {given} {things}, fewer than the {needed} {why}"
    if not given:
        cause = f"the task compares no {what}"
    return (Finding(name, key, cause, "add more"),)


def _of_use(settings: Checked, use: Use) -> Iterator[Finding]:
    network, training = use.network, use.training
    model, trained = _place(settings, network), _place(settings, training)
    loss, softmax = training.loss, network.ends_in_softmax
    if not use.classification and parts(loss)[0] in CLASS_LOSSES:
        yield Finding(
            "",
            f"{trained}.loss",
            f"{loss} is a loss for classes, the task is a regression",
            'use "mse"',
        )
    if use.classification and loss == "mse_log_softmax":
        yield Finding(
            "mse-on-log-softmax",
            f"{trained}.loss",
            "mse_log_softmax compares log-probabilities with one-hot labels, "
            "and a log-probability never reaches 1",
            'use "cross_entropy"',
        )
    if softmax and not use.classification:
        yield Finding(
            "",
            f"{model}.output",
            f'model "{network.name}": a softmax output on a regression task',
            'use "logits"',
        )
    if softmax and use.classification and parts(loss)[0] in ("cross_entropy", "mse_log_softmax"):
        crossed = parts(loss)[0] == "cross_entropy"
        yield Finding(
            "softmax-before-cross-entropy" if crossed else "softmax-twice",
            f"{model}.output",
            f'model "{network.name}" ends in a softmax, and the loss {loss} applies another one',
            'use "logits"',
        )
    if training.batch_size is not None and training.batch_size > use.train_size:
        yield Finding(
            "batch-exceeds-data",
            _batch_key(settings, training),
            f"a batch of {training.batch_size} is larger than the {use.train_size} "
            "training examples",
            "use a smaller batch, or none for the full batch",
        )
    epochs = training.epochs_of(use.train_size)
    if training.schedule is not None:
        yield from _of_schedule(f"{trained}.schedule", training.schedule, training, use.train_size)
    if parts(training.optimizer)[0] == "LBFGS" and training.batch_size is not None:
        yield Finding(
            "",
            _batch_key(settings, training),
            "LBFGS takes steps by the whole training set, not by batches",
            "remove the batch size, or use another optimizer",
        )
    if training.stop is not None and training.stop.patience >= epochs:
        yield Finding(
            "stop-never-acts",
            f"{trained}.stop.patience",
            f"a patience of {training.stop.patience} epochs "
            f"in a training of {epochs} can never end",
            "lower the patience or remove the rule",
        )


def _of_schedule(
    key: str, schedule: Schedule, training: Training, examples: int
) -> Iterator[Finding]:
    epochs = training.epochs_of(examples)
    by_step = schedule.interval == "step"
    length = training.steps or epochs * training.steps_per_epoch(examples)
    length = length if by_step else epochs
    unit = "steps" if by_step else "epochs"
    first = schedule.arg("step_size") or min(schedule.arg("milestones") or (0,))
    if first >= length:
        yield Finding(
            "schedule-never-acts",
            f"{key}.every" if schedule.name == "StepLR" and not by_step else key,
            f"the learning rate changes every {first} {unit} and the training has {length}"
            if schedule.name == "StepLR"
            else f"the learning rate changes first after {first} {unit} and the training has "
            f"{length}",
            "shorten the interval or remove the schedule",
        )
    total = schedule.arg("total_steps")
    if schedule.name == "OneCycleLR" and total is None and schedule.arg("epochs"):
        total = schedule.arg("epochs") * (schedule.arg("steps_per_epoch") or 1)
    if total is not None and total < length:
        yield Finding(
            "",
            key,
            f"OneCycleLR ends after {total} {unit}, and the training has {length}",
            "leave its length out: it is that of the training",
        )


def _misfits(settings: Checked, uses: Sequence[Use]) -> Iterator[Finding]:
    for use in uses:
        try:
            parameter_count(use.network, use.shape)
        except ShapeError as error:
            cause, _, remedy = str(error).partition("; ")
            yield Finding("", _place(settings, use.network), cause, remedy)


def _unequal(settings: Checked, uses: Sequence[Use]) -> list[Finding]:
    found = []
    grouped = sorted((use for use in uses if use.group is not None), key=lambda u: str(u.group))
    for _, members in groupby(grouped, key=lambda use: use.group):
        sized = [(parameter_count(use.network, use.shape), use.network) for use in members]
        (least, small), (most, large) = min(sized, key=_size), max(sized, key=_size)
        if most > least * (1 + EQUAL_SIZE):
            cause = (
                f"models meant to be equal in size differ by {most / least - 1:.2%}: "
                f'"{small.name}" has {least} parameters, "{large.name}" {most}'
            )
            remedy = f"change widths until they differ by at most {EQUAL_SIZE:.0%}"
            key = _place(settings, small).rpartition(".")[0]
            found.append(Finding("unequal-size", key, cause, remedy))
    return found


def _size(sized: tuple[int, Network]) -> int:
    return sized[0]


def _repetitions(settings: Checked) -> Iterator[Finding]:
    """Repeated seeds or names would count one run twice, or mix two up."""
    every = list(_walk(settings))
    for key, value in every:
        if not isinstance(value, tuple) or key.rpartition(".")[2] in REPEATABLE:
            continue
        if any(isinstance(owner, Choice) and key.startswith(f"{place}.") for place, owner in every):
            continue  # an argument of PyTorch's, e.g. betas
        labels = [getattr(item, "name", item) for item in value]
        if not all(isinstance(label, (str, int, float)) for label in labels):
            continue
        for label, times in Counter(labels).items():
            if times > 1:
                yield Finding("", key, f'"{label}" is given {times} times', "give each once")


def _walk(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    """Every part of the settings with its dotted key."""
    yield key, value
    parts: Iterator[tuple[object, object]] = iter(())
    if isinstance(value, BaseModel):
        parts = iter(value)
    elif isinstance(value, tuple):
        parts = enumerate(value)
    for name, part in parts:
        yield from _walk(part, f"{key}.{name}" if key else str(name))


def _unnumbered(key: str) -> str:
    return ".".join(part for part in key.split(".") if not part.isdigit())


def _place(settings: Checked, part: Network | Training) -> str:
    """Key of a network or training; of the first of its kind when the task derived it."""
    parts = [(key, value) for key, value in _walk(settings) if type(value) is type(part)]
    here = [key for key, value in parts if value is part]
    return (here or [key for key, _ in parts] or [type(part).__name__.lower()])[0]


def _batch_key(settings: Checked, training: Training) -> str:
    """Key of a training's batch size, which stands in a list where the task derives trainings."""
    parts = list(_walk(settings))
    if not any(value is training for _, value in parts):
        for key, value in parts:
            if value == training.batch_size and "batch_size" in key:
                return key
    return f"{_place(settings, training)}.batch_size"


def _instead(word: str, known: Sequence[str]) -> str:
    near = nearest(word, known)
    return f'did you mean "{near}"?' if near else "remove it"
