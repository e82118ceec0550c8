"""What is said about sensitivity: how it moves with batch size and learning rate, and the gap."""

import pandas as pd

from report.claims import Claim, Evidence, Statement, evidence, tracks
from report.numbers.frames import known
from report.numbers.statistics import Estimate, partial_rank_correlation, rank_correlation
from report.records import Record
from report.sections.approach_words import batch, rate
from report.words import format as fmt
from report.words.markdown import Markdown

MEASURES = {
    "jacobian_norm": Markdown("the norm of the Jacobian of the output"),
    "probability_jacobian_norm": Markdown("the norm of the Jacobian of the class probabilities"),
    "loss_gradient_norm": Markdown("the norm of the gradient of the loss"),
}
"""Measures of sensitivity by their column."""
VARIABLES = {"batch_size": Markdown("batch size"), "learning_rate": Markdown("learning rate")}
"""What is varied, by its setting."""

SWEEP = Statement(
    "sensitivity.sweep",
    {
        "rises": "With the {variable}, sensitivity rises: the mean norm of the Jacobian of the "
        "output goes from {low} at a {variable} of {smallest} to {high} at {largest} (rank "
        "correlation {correlation}, 95 % interval {interval}, {n}).",
        "falls": "With the {variable}, sensitivity falls: the mean norm of the Jacobian of the "
        "output goes from {low} at a {variable} of {smallest} to {high} at {largest} (rank "
        "correlation {correlation}, 95 % interval {interval}, {n}).",
        "undecided": "No trend of sensitivity with the {variable} is detected: the mean norm of "
        "the Jacobian of the output is {low} at a {variable} of {smallest} and {high} at {largest} "
        "(rank correlation {correlation}, 95 % interval {interval}, {n}).",
        "too_few": "The mean norm of the Jacobian of the output is {low} at a {variable} of "
        "{smallest} and {high} at {largest}; these solutions do not allow to speak of a trend.",
    },
    about="variable",
)

SECOND = Statement(
    "sensitivity.second-definition",
    {
        "same": "The second definition, the norm of the gradient of the loss, shows the same "
        "with either variable (rank correlations {batch} with the batch size, {rate} with the "
        "learning rate).",
        "different": "The second definition, the norm of the gradient of the loss, does not show "
        "the same: its rank correlation is {batch} with the batch size and {rate} with the "
        "learning rate, where that of the Jacobian of the output is {jacobian_batch} and "
        "{jacobian_rate}.",
    },
)

ALIKE = Statement(
    "sensitivity.probabilities",
    {
        "rises": "Whether one takes the output before or after the softmax matters little for the "
        "order: the Jacobians of output and of class probabilities rank the solutions alike (rank "
        "correlation {correlation}, 95 % interval {interval}, {n}).",
        "falls": "Whether one takes the output before or after the softmax matters: the Jacobians "
        "of output and of class probabilities rank the solutions in opposite orders (rank "
        "correlation {correlation}, 95 % interval {interval}, {n}).",
        "undecided": "Whether one takes the output before or after the softmax matters: no common "
        "order of the Jacobians of output and of class probabilities is detected (rank correlation "
        "{correlation}, 95 % interval {interval}, {n}).",
        "too_few": "These solutions do not allow to compare the Jacobians before and after the "
        "softmax.",
    },
)

GAP = Statement(
    "sensitivity.loss-gap",
    {
        "rises": "More sensitive solutions have the wider gap between test and training loss: "
        "{measure} has a rank correlation of {correlation} with it over all {n} (95 % interval "
        "{interval}).",
        "falls": "More sensitive solutions have the narrower gap between test and training loss: "
        "{measure} has a rank correlation of {correlation} with it over all {n} (95 % interval "
        "{interval}).",
        "undecided": "Sensitivity does not detectably follow the gap between test and training "
        "loss: {measure} has a rank correlation of {correlation} with it over all {n}, with a 95 % "
        "interval of {interval}.",
        "too_few": "These solutions do not allow to compare sensitivity with the gap between test "
        "and training loss.",
    },
    headline=True,
)

HELD = Statement(
    "sensitivity.fit-held",
    {
        "rises": "The solutions also differ in how well they fit the training set, but the "
        "relation remains with the training loss held fixed: it is still the more sensitive ones "
        "that have the wider gap (rank correlation {correlation}, 95 % interval "
        "{interval}).",
        "falls": "The solutions also differ in how well they fit the training set; with the "
        "training loss held fixed, it is the less sensitive ones that have the wider gap (rank "
        "correlation {correlation}, 95 % interval {interval}).",
        "undecided": "The solutions also differ in how well they fit the training set; with the "
        "training loss held fixed, no relation of sensitivity and gap is detected (rank "
        "correlation {correlation}, 95 % interval {interval}).",
        "too_few": "The solutions also differ in how well they fit the training set, and these "
        "data cannot separate the two.",
    },
)

NOVAK = Statement(
    "sensitivity.novak",
    {
        "rises": "@novak2018sensitivity report that the Jacobian of the class probabilities "
        "correlates with the generalization gap, measured by accuracy. These solutions agree: the "
        "rank correlation of that norm and the gap between training and test accuracy is "
        "{correlation} (95 % interval {interval}, {n}).",
        "falls": "@novak2018sensitivity report that the Jacobian of the class probabilities grows "
        "with the generalization gap, measured by accuracy. These solutions say the opposite: the "
        "rank correlation of that norm and the gap between training and test accuracy is "
        "{correlation} (95 % interval {interval}, {n}).",
        "undecided": "@novak2018sensitivity report that the Jacobian of the class probabilities "
        "correlates with the generalization gap, measured by accuracy. These solutions neither "
        "confirm nor refute it: the rank correlation of that norm and the gap between training and "
        "test accuracy is {correlation}, with a 95 % interval of {interval} ({n}).",
        "too_few": "@novak2018sensitivity report that the Jacobian of the class probabilities "
        "correlates with the generalization gap; these solutions do not allow to compare.",
    },
)

GAPS = Statement(
    "sensitivity.two-gaps",
    {
        "rises": "The two gaps tell one story: ranked by loss and ranked by accuracy, the "
        "solutions come in similar orders (rank correlation {correlation}, 95 % interval "
        "{interval}).",
        "falls": "The two gaps contradict each other: where the gap in loss is wide, the gap in "
        "accuracy is narrow (rank correlation {correlation}, 95 % interval {interval}), so what "
        "is said of one must not be said of the other.",
        "undecided": "The two gaps are not the same thing: no common order of the gap in loss and "
        "the gap in accuracy is detected (rank correlation {correlation}, 95 % interval "
        "{interval}), so what is said of one must not be said of the other.",
        "too_few": "These solutions do not allow to compare the gap in loss with the gap in "
        "accuracy.",
    },
)

DIVERGED = Statement(
    "sensitivity.diverged",
    {
        "some": "Of {total} trainings {number} diverged and {verb} left out.",
        "all": "All of {total} trainings diverged, and nothing can be said.",
    },
)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """Two paragraphs: sensitivity against the variables; sensitivity and the gap."""
    rows = record.frame("solutions")
    done = finished(rows)
    diverged = [evidence(record, "solutions", "diverged_at")]
    lost, total = len(rows) - len(done), fmt.count(len(rows))
    if done.empty:
        return ((DIVERGED("all", diverged, total=total),),)
    first = [claim for variable in VARIABLES for claim in _sweep(record, done, variable)]
    first += [*_second(record, done), _alike(record, done)]
    second = [*_gap(record, done), _novak(record, done), _gaps(record, done)]
    if lost:
        verb = Markdown("is" if lost == 1 else "are")
        second.append(DIVERGED("some", diverged, number=fmt.words(lost), total=total, verb=verb))
    return (tuple(first), tuple(second))


def finished(rows: pd.DataFrame) -> pd.DataFrame:
    """Solutions that did not diverge, with their gaps in loss and accuracy."""
    done = known(rows, "jacobian_norm", "final_train_loss")
    return done.assign(
        loss_gap=done["final_test_loss"] - done["final_train_loss"],
        accuracy_gap=done["final_train_accuracy"] - done["final_test_accuracy"],
    )


def sweep(record: Record, rows: pd.DataFrame, variable: str) -> pd.DataFrame:
    """The solutions between which only `variable` differs, in its order.

    A batch size of null, the whole training set, counts as the number of training images.
    """
    other = next(name for name in VARIABLES if name != variable)
    solutions = record.settings.get("solutions", record.settings)
    assert isinstance(solutions, dict)
    training, values = solutions["training"], solutions[f"{variable}s"]
    assert isinstance(training, dict)
    assert isinstance(values, list)
    size = record.datasets[0].train_size
    shown = rows.assign(batch_size=rows["batch_size"].fillna(size).astype(int))
    fixed = training[other] if training[other] is not None else size
    wanted = [size if value is None else value for value in values]
    chosen = shown[(shown[other] == fixed) & shown[variable].isin(wanted)]
    return chosen.sort_values([variable, "seed"], kind="stable")


def correlation_words(estimate: Estimate) -> dict[str, Markdown]:
    """A rank correlation with its interval and number of solutions."""
    return {
        "correlation": fmt.correlation(estimate.value),
        "interval": fmt.interval(estimate.low, estimate.high),
        "n": fmt.plural(estimate.n, "solution"),
    }


def _used(record: Record, rows: pd.DataFrame, *columns: str) -> list[Evidence]:
    return [evidence(record, "solutions", column, rows.index) for column in columns]


def _sweep(record: Record, done: pd.DataFrame, variable: str) -> list[Claim]:
    rows = sweep(record, done, variable)
    if rows.empty:
        return []
    estimate = rank_correlation(rows[variable], rows["jacobian_norm"])
    means = rows.groupby(variable)["jacobian_norm"].mean()
    show = batch if variable == "batch_size" else rate
    claim = SWEEP(
        tracks(estimate),
        _used(record, rows, variable, "jacobian_norm"),
        estimate,
        variable=VARIABLES[variable],
        smallest=show(means.index[0]),
        largest=show(means.index[-1]),
        low=fmt.number(means.iloc[0]),
        high=fmt.number(means.iloc[-1]),
        **correlation_words(estimate),
    )
    return [claim]


def _second(record: Record, done: pd.DataFrame) -> list[Claim]:
    found = {}
    for variable in VARIABLES:
        rows = sweep(record, done, variable)
        for measure in ("jacobian_norm", "loss_gradient_norm"):
            found[variable, measure] = rank_correlation(rows[variable], rows[measure])
    if any(estimate.low is None for estimate in found.values()):
        return []
    same = all(
        tracks(found[variable, "jacobian_norm"]) == tracks(found[variable, "loss_gradient_norm"])
        for variable in VARIABLES
    )
    claim = SECOND(
        "same" if same else "different",
        _used(record, done, *VARIABLES, "loss_gradient_norm", "jacobian_norm"),
        batch=fmt.correlation(found["batch_size", "loss_gradient_norm"].value),
        rate=fmt.correlation(found["learning_rate", "loss_gradient_norm"].value),
        jacobian_batch=fmt.correlation(found["batch_size", "jacobian_norm"].value),
        jacobian_rate=fmt.correlation(found["learning_rate", "jacobian_norm"].value),
    )
    return [claim]


def _alike(record: Record, done: pd.DataFrame) -> Claim:
    columns = ("jacobian_norm", "probability_jacobian_norm")
    estimate = rank_correlation(*(done[column] for column in columns))
    used = _used(record, done, *columns)
    return ALIKE(tracks(estimate), used, estimate, **correlation_words(estimate))


def _gap(record: Record, done: pd.DataFrame) -> list[Claim]:
    estimate = rank_correlation(done["jacobian_norm"], done["loss_gap"])
    used = _used(record, done, "jacobian_norm", "final_train_loss", "final_test_loss")
    measure = MEASURES["jacobian_norm"]
    claim = GAP(tracks(estimate), used, estimate, measure=measure, **correlation_words(estimate))
    held = partial_rank_correlation(
        done["jacobian_norm"], done["loss_gap"], done["final_train_loss"]
    )
    return [claim, HELD(tracks(held), used, held, **correlation_words(held))]


def _novak(record: Record, done: pd.DataFrame) -> Claim:
    estimate = rank_correlation(done["probability_jacobian_norm"], done["accuracy_gap"])
    columns = ("probability_jacobian_norm", "final_train_accuracy", "final_test_accuracy")
    used = _used(record, done, *columns)
    return NOVAK(tracks(estimate), used, estimate, **correlation_words(estimate))


def _gaps(record: Record, done: pd.DataFrame) -> Claim:
    estimate = rank_correlation(done["loss_gap"], done["accuracy_gap"])
    columns = [f"final_{s}_{q}" for q in ("loss", "accuracy") for s in ("train", "test")]
    used = _used(record, done, *columns)
    return GAPS(tracks(estimate), used, estimate, **correlation_words(estimate))
