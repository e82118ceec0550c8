"""What is said about simulating a function: which model fits best, and whether depth helps."""

import math

import numpy as np
import pandas as pd

from report.claims.claim import Claim, Statement, evidence
from report.claims.length import shortened
from report.claims.verdict import compare, ratio_words
from report.numbers.frames import known
from report.numbers.statistics import LOG_RATIO, Estimate, mean, median, paired_log_ratio
from report.records import Record
from report.words import format as fmt
from report.words.markdown import Markdown, escape

CLEAR_RATIO = 0.3
"""Decades of loss from which a difference is called clear: a factor of two."""
EQUAL, NEARLY = 1.01, 1.1
"""Factors between two numbers of parameters up to which they are called equal, or nearly equal."""
WIDE = 3.0
"""Largest over smallest final loss of the seeds from which their spread is called wide."""
CLOSE = 1.1
"""Up to this factor the seeds are said to agree closely."""

NEAR, FAR = 0.05, 0.5
"""Root-mean-square error, as a share of the function's spread, up to which a fit is close; rough.
"""
SETTLED = 0.8
"""Loss over that at three quarters of the epochs, from which training is said to have settled."""

BEST = Statement(
    "simulate-function.best",
    {
        "clearly_less": "On {function}, *{best}* reaches the lowest training loss, {best_loss} in "
        "the median of {n}; that is lower than the runner-up *{second}* by a factor of {factor} "
        "(95 % interval {interval}, paired by seed).",
        "slightly_less": "On {function}, *{best}* fits a little better than *{second}*: its "
        "training loss of {best_loss} (median of {n}) is lower by a factor of {factor} (95 % "
        "interval {interval}, paired by seed).",
        "no_difference": "On {function}, the lowest median training loss is that of *{best}* with "
        "{best_loss}, but over {n} it cannot be told from the {second_loss} of *{second}*: the "
        "ratio of the two has the 95 % interval {ratio_interval}, which includes one.",
        "one_seed": "On {function}, *{best}* ends at a training loss of {best_loss} and *{second}* "
        "at {second_loss}; fewer than two seeds in common support no ranking.",
        "disagree": "On {function}, *{best}* has the lowest median training loss, {best_loss}, yet "
        "paired by seed *{second}* ends lower by a factor of {factor} (95 % interval {interval}, "
        "{n}), so no ranking is claimed.",
        "single_model": "On {function}, *{best}* ends at a median training loss of {best_loss}.",
        "nothing": "On {function}, no run reached a finite training loss.",
    },
    headline=True,
    about="key",
)

ERROR = Statement(
    "simulate-function.error",
    {
        "close": "Measured against the function, that is a close fit: the root-mean-square error "
        "of *{best}* is {share} of the spread of {function} about its mean.",
        "rough": "Measured against the function, that is a rough fit: the root-mean-square error "
        "of *{best}* is {share} of the spread of {function} about its mean.",
        "poor": "Measured against the function, that is hardly a fit: the root-mean-square error "
        "of *{best}* is {share} of the spread of {function} about its mean, where the best "
        "constant would have {whole}.",
    },
    about="key",
)

SETTLING = Statement(
    "simulate-function.settling",
    {
        "falling": "Training had not settled: the last quarter of its epochs takes the training "
        "loss of a run to {ratio} times its value (median over {n}), so that these losses are not "
        "final.",
        "settled": "Training had nearly settled: the last quarter of its epochs takes the training "
        "loss of a run to {ratio} times its value (median over {n}).",
    },
)

DEPTH = Statement(
    "simulate-function.depth",
    {
        "clearly_less": "{size}, depth helps here: *{deep}* ({deep_depth} hidden layers) has a "
        "loss lower than *{shallow}* ({shallow_depth}) by a factor of {factor}, with a 95 % "
        "interval of {interval} over {n}.",
        "slightly_less": "{size}, depth helps a little: the loss of *{deep}* ({deep_depth} hidden "
        "layers) is lower than that of *{shallow}* ({shallow_depth}) by a factor of {factor} "
        "(95 % interval {interval}, {n}).",
        "no_difference": "{size}, these runs do not show that depth matters: the loss of "
        "*{deep}* ({deep_depth} hidden layers) over that of *{shallow}* ({shallow_depth}) is "
        "{ratio} in the geometric mean, with a 95 % interval of {ratio_interval} over {n}.",
        "slightly_more": "{size}, the shallow network does slightly better: the loss of "
        "*{deep}* ({deep_depth} hidden layers) is higher than that of *{shallow}* "
        "({shallow_depth}) by a factor of {factor} (95 % interval {interval}, {n}).",
        "clearly_more": "{size}, it is the shallow network that fits better: the loss of "
        "*{deep}* ({deep_depth} hidden layers) exceeds that of *{shallow}* ({shallow_depth}) by a "
        "factor of {factor}, with a 95 % interval of {interval} over {n}.",
        "one_seed": "{size}, the loss of *{deep}* ({deep_depth} hidden layers) over that of "
        "*{shallow}* ({shallow_depth}) is {ratio}; one seed cannot tell whether that is depth or "
        "luck.",
    },
    headline=True,
)

SPREAD = Statement(
    "simulate-function.spread",
    {
        "wide": "Luck in the initialization matters: between the best and the worst seed, the "
        "final loss of *{model}* on {function} differs by a factor of {factor}.",
        "narrow": "The seeds agree well: no model's final losses differ by more than a factor of "
        "{factor} between its best and its worst seed.",
        "equal": "The seeds agree closely: no model's final losses differ by more than {percent} "
        "between its best and its worst seed.",
        "one_seed": "No model was trained on a function with more than one seed, so that these "
        "numbers do not tell how much of them is luck.",
    },
)

BETWEEN = Statement(
    "simulate-function.between-points",
    {
        "same": "The fits hold between the training points: at the midpoints of the grid the loss "
        "differs from the training loss by at most {percent} in the median over all runs, so the "
        "curves are not bought by oscillation between the samples.",
        "worse": "The fits are worse between the training points: at the midpoints of the grid the "
        "loss is {ratio} times the training loss (median over all runs).",
        "better": "At the midpoints of the grid the loss is even lower, {ratio} times the training "
        "loss (median over all runs).",
    },
)

HARDER = Statement(
    "simulate-function.harder",
    {
        "clearly_more": "These networks fit {hard} clearly worse than {easy}: in the geometric "
        "mean over the models its loss is {factor} times as high (95 % interval {interval}, paired "
        "by seed, {n}).",
        "slightly_more": "These networks fit {hard} a little worse than {easy}: in the geometric "
        "mean over the models its loss is {factor} times as high (95 % interval {interval}, paired "
        "by seed, {n}).",
        "no_difference": "Which of {easy} and {hard} is harder for these networks cannot be told: "
        "in the geometric mean over the models, the loss on the latter is {ratio} times that on "
        "the former, with a 95 % interval of {ratio_interval} over {n}.",
        "one_seed": "In the geometric mean over the models, the loss on {hard} is {ratio} times "
        "that on {easy}; one seed supports no ranking of the functions.",
    },
)

DIVERGED = Statement(
    "simulate-function.diverged",
    {"some": "Of {total} runs, {number} diverged and {verb} not counted in the comparisons."},
)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """A paragraph on each function's best model, and one on all functions together."""
    runs = record.frame("runs")
    functions = list(dict.fromkeys(runs["function"]))
    done = known(runs, "final_train_loss")
    per_function = []
    for function in functions:
        chosen = done[done["function"] == function]
        per_function += [_best(record, chosen, function), *_error(record, chosen, function)]
    general = []
    if done["function"].nunique() > 1:
        general += _harder(record, done)
    depth = _depth(record, done)
    if depth is not None:
        general.append(depth)
    if len(done):
        general += [*_spread(record, done), *_between(record, done), _settling(record, done)]
    lost = len(runs) - len(done)
    if lost:
        general.append(
            DIVERGED(
                "some",
                [evidence(record, "runs", "diverged_at")],
                number=fmt.words(lost),
                total=fmt.count(len(runs)),
                verb=Markdown("is" if lost == 1 else "are"),
            )
        )
    return shortened([per_function, general], (SETTLING, ERROR, BETWEEN, SPREAD, HARDER))


def formulas(record: Record) -> dict[str, Markdown]:
    """The formula of every function by its key."""
    return {f["function"]: fmt.formula(f["formula"]) for f in record.rows("functions")}


def _pivot(done: pd.DataFrame, index: list[str]) -> pd.DataFrame:
    """Final losses, one line per seed (and function), one column per model; complete lines only."""
    return done.pivot_table(index=index, columns="model", values="final_train_loss").dropna()


def _best(record: Record, done: pd.DataFrame, function: str) -> Claim:
    about = {"key": escape(function), "function": formulas(record)[function]}
    if done.empty:
        return BEST("nothing", [evidence(record, "runs", "diverged_at")], **about)
    medians = done.groupby("model")["final_train_loss"].median().sort_values()
    best = str(medians.index[0])
    used = [evidence(record, "runs", "final_train_loss", done.index)]
    if len(medians) == 1:
        return BEST(
            "single_model",
            used,
            **about,
            best=escape(best),
            best_loss=fmt.loss(medians.iloc[0]),
        )
    second = str(medians.index[1])
    pairs = _pivot(done[done["model"].isin([best, second])], ["seed"])
    estimate = (
        paired_log_ratio(pairs[best], pairs[second]) if len(pairs) else Estimate(0, None, None, 0)
    )
    verdict = compare(estimate, CLEAR_RATIO)
    contrary = verdict in ("slightly_more", "clearly_more")  # the lower median, the higher mean
    return BEST(
        "disagree" if contrary else verdict,
        used,
        estimate,
        **about,
        best=escape(best),
        second=escape(second),
        best_loss=fmt.loss(medians.iloc[0]),
        second_loss=fmt.loss(medians.iloc[1]),
        **ratio_words(estimate),
    )


def _depth(record: Record, done: pd.DataFrame) -> Claim | None:
    """Deepest against shallowest model, paired by seed, logarithms averaged over functions."""
    present = [m for m in record.models if m.name in set(done["model"])]
    if len(present) < 2:
        return None
    deep = max(present, key=lambda model: model.depth)
    shallow = min(present, key=lambda model: model.depth)
    sizes = sorted([deep.parameters, shallow.parameters])
    if deep.depth == shallow.depth or sizes[1] > NEARLY * sizes[0]:
        return None
    pairs = _pivot(done[done["model"].isin([deep.name, shallow.name])], ["function", "seed"])
    if pairs.empty:
        return None
    # One value per seed: the functions of a seed share no data, but a seed is the unit of luck.
    decades = np.log10(pairs.clip(lower=np.finfo(float).tiny))
    per_seed = (decades[deep.name] - decades[shallow.name]).groupby("seed").mean()
    estimate = mean(list(per_seed), LOG_RATIO)
    return DEPTH(
        compare(estimate, CLEAR_RATIO),
        [evidence(record, "runs", "final_train_loss", done.index)],
        estimate,
        size=Markdown("At equal size" if sizes[1] <= EQUAL * sizes[0] else "At nearly equal size"),
        deep=escape(deep.name),
        deep_depth=fmt.count(deep.depth),
        shallow=escape(shallow.name),
        shallow_depth=fmt.count(shallow.depth),
        **ratio_words(estimate),
    )


def _error(record: Record, done: pd.DataFrame, function: str) -> list[Claim]:
    """Root of the best median loss against the function's standard deviation on its domain."""
    facts = record.rows("functions")
    place = next(i for i, row in enumerate(facts) if row["function"] == function)
    spread = float(np.std(facts[place]["y"]))
    if done.empty or spread == 0:
        return []
    medians = done.groupby("model")["final_train_loss"].median().sort_values()
    share = math.sqrt(max(0.0, float(medians.iloc[0]))) / spread
    return [
        ERROR(
            "close" if share <= NEAR else "rough" if share <= FAR else "poor",
            [
                evidence(record, "runs", "final_train_loss", done.index),
                evidence(record, "functions", "y", [place]),
            ],
            key=escape(function),
            function=formulas(record)[function],
            best=escape(str(medians.index[0])),
            share=fmt.percent(share),
            whole=fmt.percent(1, 0),
        )
    ]


def _settling(record: Record, done: pd.DataFrame) -> Claim:
    """What the last quarter of its epochs does to the training loss of a run."""
    ratios = []
    for epochs, curve in zip(done["epoch"], done["train_loss"], strict=True):
        place = next(i for i, epoch in enumerate(epochs) if epoch >= 0.75 * epochs[-1])
        before = curve[max(0, min(place, len(curve) - 2))]
        ratios.append(curve[-1] / before if before else 1.0)
    ratio = median(ratios)
    return SETTLING(
        "falling" if ratio <= SETTLED else "settled",
        [evidence(record, "runs", column, done.index) for column in ("epoch", "train_loss")],
        ratio=fmt.factor(ratio),
        n=fmt.plural(len(done), "run"),
    )


def _spread(record: Record, done: pd.DataFrame) -> list[Claim]:
    groups = done.groupby(["function", "model"])["final_train_loss"]
    ratios = (groups.max() / groups.min())[(groups.count() > 1) & (groups.min() > 0)].sort_values()
    used = [evidence(record, "runs", "final_train_loss", done.index)]
    if groups.count().max() < 2:
        return [SPREAD("one_seed", used)]
    if ratios.empty:
        return []
    widest, ratio = ratios.index[-1], float(ratios.iloc[-1])
    return [
        SPREAD(
            "wide" if ratio >= WIDE else "narrow" if ratio >= CLOSE else "equal",
            [evidence(record, "runs", "final_train_loss", done.index)],
            function=formulas(record)[widest[0]],
            model=escape(widest[1]),
            factor=fmt.factor(ratio),
            percent=fmt.percent(ratio - 1),
        )
    ]


def _between(record: Record, done: pd.DataFrame) -> list[Claim]:
    fitted = done[done["final_train_loss"] > 0]
    if fitted.empty:
        return []
    ratio = median(list(fitted["final_test_loss"] / fitted["final_train_loss"]))
    verdict = "worse" if ratio > 1.5 else "better" if ratio < 1 / 1.5 else "same"
    used = [
        evidence(record, "runs", column, fitted.index)
        for column in ("final_train_loss", "final_test_loss")
    ]
    return [BETWEEN(verdict, used, ratio=fmt.factor(ratio), percent=_at_most(abs(ratio - 1)))]


def _at_most(share: float) -> Markdown:
    """A share in percent, rounded up to a tenth of one."""
    return fmt.percent(math.ceil(max(1000 * share, 1)) / 1000)


def _harder(record: Record, done: pd.DataFrame) -> list[Claim]:
    """Hardest against easiest function, paired by seed, logarithms averaged over the models."""
    names = formulas(record)
    whole = done.pivot_table(
        index=["model", "seed"], columns="function", values="final_train_loss"
    ).dropna()
    if whole.empty:
        return []
    decades = whole.clip(lower=np.finfo(float).tiny).apply(np.log10).groupby("seed").mean()
    means = decades.mean().sort_values(kind="stable")
    easy, hard = str(means.index[0]), str(means.index[-1])
    estimate = mean(list(decades[hard] - decades[easy]), LOG_RATIO)
    return [
        HARDER(
            compare(estimate, CLEAR_RATIO),
            [evidence(record, "runs", "final_train_loss", done.index)],
            estimate,
            hard=names[hard],
            easy=names[easy],
            **ratio_words(estimate),
        )
    ]
