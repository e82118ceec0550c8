"""What is said about simulating a function: whether depth pays at equal size, function by function.

The answer first, then the numbers that carry it for each function, then what it costs and what
limits it.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from report.claims.bound import Bound, bound
from report.claims.claim import Claim, Evidence, Line, Statement, evidence
from report.claims.contrast import LOSSES, Contrast, Label, Overall, label
from report.numbers.comparison import compare
from report.numbers.parts import Parts
from report.numbers.quantifiers import count
from report.numbers.scales import LOSS
from report.numbers.selection import best
from report.records import Model, Record
from report.sections.groups import seed_groups
from report.sections.lost import lost_runs, lost_statement
from report.sections.simulate_function.sampling import between, is_scaled, losses
from report.words import format as fmt
from report.words.markdown import Markdown, escape, join

NEARLY = 1.1
"""Factor between two numbers of parameters up to which models are compared by their depth."""
NEAR, FAR = 0.05, 0.5
"""Root-mean-square error, in units of the function's spread, up to which a fit is close; rough."""
CONSTANT = 0.02
"""Relative distance from the variance of the target up to which a loss is that of a constant."""
QUARTER = 0.75
"""Share of the epochs behind which a training that still changes its loss has not settled."""

DEPTH = Overall(
    "simulate-function.depth",
    {
        "less": "Depth pays: {size}, {deep} fit {parts} better than {shallow}.",
        "more": "Depth does not pay: {size}, {shallow} fit {parts} better than {deep}.",
        "alike": "Depth makes no difference that matters: {size}, {deep} and {shallow} fit {parts} "
        "equally well.",
        "undecided": "Whether depth pays stays open: {size}, these runs show no order between "
        "{deep} and {shallow} on {parts}.",
        "differ": "Whether depth pays depends on the function: {size}, {order}.",
        "partly_less": "Depth pays on {less}, where {size} {deep} fit better than {shallow}; on "
        "{undecided} no order shows.",
        "partly_more": "On {more} depth does harm: {size}, {shallow} fit better than {deep} there; "
        "on {undecided} no order shows.",
        "partly_alike": "On {alike} depth makes no difference that matters between {deep} and "
        "{shallow} {size}; on {undecided} no order shows.",
    },
    headline=True,
    line=Line(
        "Does depth pay at equal size?",
        {
            "less": ("Yes, on every function.", "loss {strength} times lower on {strongest}"),
            "more": ("No, it does harm.", "loss {strength} times higher on {strongest}"),
            "alike": ("It makes no difference that matters.", "factor {strength} at most"),
            "undecided": ("The runs do not decide.", "factor {strength} on {strongest}"),
            "differ": ("That depends on the function.", "factor {strength} on {strongest}"),
            "partly_less": (
                "Yes on {less}; elsewhere open.",
                "loss {strength} times lower on {strongest}",
            ),
            "partly_more": (
                "No on {more}; elsewhere open.",
                "loss {strength} times higher on {strongest}",
            ),
            "partly_alike": ("Not on {alike}; elsewhere open.", "factor {strength}"),
        },
        "loss",
    ),
)

DEPTH_ON = Contrast(
    "simulate-function.depth-on",
    {
        "less": "On {function} the deep network ends at a loss of {first_value} and the shallow "
        "one at {second_value}, higher by a factor of {size} (95 % interval {interval}, "
        "{n}{left_out}).",
        "seen_less": "On {function} the deep network ends at {first_value} and the shallow one at "
        "{second_value}; the deep one is ahead in {all}.",
        "more": "On {function} the shallow network ends at a loss of {second_value} and the deep "
        "one at {first_value}, higher by a factor of {size} (95 % interval {interval}, "
        "{n}{left_out}).",
        "seen_more": "On {function} the shallow network ends at {second_value} and the deep one at "
        "{first_value}; the shallow one is ahead in {all}.",
        "alike": "On {function} they end at {first_value} and {second_value}, too close to matter "
        "({n}{left_out}).",
        "undecided": "On {function} the deep network ends at {first_value} and the shallow one at "
        "{second_value}, which settles no order ({n}){decide}.",
        "nothing": "On {function} no seed gave a finite loss for both networks.",
    },
    about="key",
    quantity=LOSSES,
)

BEST = Statement(
    "simulate-function.best",
    {
        "alone": "Of all models *{best}* fits {function} best, ahead of {others}.",
        "among": "Of all models *{best}* has the lowest typical loss on {function}, but {others} "
        "cannot be told from it.",
        "some": "Of all models *{best}* has the lowest typical loss on {function}; {others} cannot "
        "be told from it, while {beaten} ends clearly higher.",
    },
    about="key",
)

SPREAD = Statement(
    "simulate-function.spread",
    {
        "wider": "Depth costs reliability: on each function the loss of *{deep}* depends more on "
        "the seed, by a factor of up to {deep_factor} between its best and worst run against "
        "{shallow_factor} at most for *{shallow}*.",
        "narrower": "The deep network is the more reliable one: between its best and worst run the "
        "loss of *{deep}* differs by a factor of at most {deep_factor} on a function, that of "
        "*{shallow}* by up to {shallow_factor}.",
        "mixed": "Neither is the more reliable everywhere: between best and worst run on a "
        "function, the loss differs by a factor of at most {deep_factor} for *{deep}* and "
        "{shallow_factor} for *{shallow}*.",
    },
)

ERROR = Statement(
    "simulate-function.error",
    {
        "constant": "Of the runs on {function}, {number} learned no more than a constant: {their} "
        "error is that of the function's mean.",
        "close": "{curve} lies close to {function}: its typical error is {share} of the function's "
        "own spread.",
        "rough": "{model} follows {function} only roughly, with a typical error of {share} of the "
        "function's own spread.",
        "poor": "{fails} {function}: {whose} typical error is still {share} of the function's own "
        "spread.",
    },
    about="key",
)

BEST_MODEL = {
    "curve": Label("The best model's curve"),
    "model": Label("Even the best model"),
    "fails": Label("No model really fits"),
    "whose": Label("the best one's"),
}
ONLY_MODEL = {
    "curve": Label("The model's curve"),
    "model": Label("The model"),
    "fails": Label("The model does not really fit"),
    "whose": Label("its"),
}
"""Words of `ERROR`."""

BETWEEN = Statement(
    "simulate-function.between-points",
    {
        "worse": "On {functions} the fits are worse between the training points: the typical loss "
        "{where} is {ratio} times the training loss or more.",
        "same": "Between the training points the fits hold on {functions}: the typical loss "
        "{where} is at most {ratio} times the training loss.",
    },
)

SETTLING = Statement(
    "simulate-function.settling",
    {
        "none": "Training had settled: in the last quarter of the epochs no run changed its loss "
        "by a factor of {factor} or more.",
        "some": "These losses are not final: in the last quarter of the epochs {number} of {total} "
        "runs still changed theirs by a factor of {factor} or more.",
        "all": "These losses are not final: in the last quarter of the epochs every run still "
        "changed its own by a factor of {factor} or more.",
    },
)

DIVERGED = lost_statement("simulate-function")

SPARE = (BETWEEN, BEST, ERROR, SPREAD)
"""Statements that are left out first where there is no room."""


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """The answer with its numbers, then what it costs and what limits it."""
    runs = record.frame("runs")
    done = runs[runs["final_train_loss"].notna()]
    if done.empty:
        return (tuple(lost_runs(DIVERGED, record, runs, "final_train_loss")),)
    answer = [*_depth(record, runs), *_spread(record, done)]
    limits = [
        claim
        for key in dict.fromkeys(done["function"])
        for claim in (*_best(record, runs, key), *_error(record, done, key))
    ]
    limits += [
        *_between(record, done),
        *_settling(record, done),
        *lost_runs(DIVERGED, record, runs, "final_train_loss"),
    ]
    return (tuple(answer), tuple(limits)) if answer else (tuple(limits),)


def formulas(record: Record) -> dict[str, Markdown]:
    """The formula of every function by its key; its name where several have the same formula."""
    found = {f["function"]: f["formula"] for f in record.rows("functions")}
    alike = Counter(found.values())
    return {
        name: escape(name) if alike[formula] > 1 else fmt.formula(formula)
        for name, formula in found.items()
    }


def ends(record: Record) -> tuple[Model, Model] | None:
    """The deepest and the shallowest model, where they are of nearly equal size."""
    deep = max(record.models, key=lambda model: model.depth)
    shallow = min(record.models, key=lambda model: model.depth)
    sizes = sorted([deep.parameters, shallow.parameters])
    return (deep, shallow) if deep.depth > shallow.depth and sizes[1] <= NEARLY * sizes[0] else None


def _layers(model: Model) -> Label:
    return Label(f"networks with {fmt.plural(model.depth, 'hidden layer')}")


def _used(record: Record, rows: pd.DataFrame, *columns: str) -> list[Evidence]:
    return [
        evidence(record, "runs", column, rows.index) for column in columns or ["final_train_loss"]
    ]


def _depth(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """Deepest against shallowest, function by function, and what that says of all."""
    pair = ends(record)
    if pair is None:
        return []
    deep, shallow = pair
    both = runs[runs["model"].isin([deep.name, shallow.name])]
    shown = formulas(record)
    parts, claims = {}, []
    for key, rows in both.groupby("function", sort=False):
        groups = seed_groups(rows, "model", "final_train_loss")
        if len(groups) < 2:
            continue
        found = compare(groups[deep.name], groups[shallow.name], LOSS)
        parts[str(key)] = found
        names = {"key": label(str(key)), "function": Label(shown[str(key)])}
        claims.append(DEPTH_ON(found, _used(record, rows), **names))
    if all(found.n == 0 for found in parts.values()):
        return []
    whole = Parts({shown[key]: found for key, found in parts.items() if found.n})
    order = [
        f"{words} on {join(where)}"
        for words, verdict in (
            (f"{_layers(deep)} fit better", "less"),
            (f"{_layers(shallow)} fit better", "more"),
            ("depth makes no difference that matters", "alike"),
            ("no order shows", "undecided"),
        )
        if (where := whole.having(verdict))
    ]
    equal = "at equal size" if _same_size(deep, shallow) else "at nearly equal size"
    return [
        DEPTH(
            whole,
            _used(record, both),
            size=Label(equal),
            deep=_layers(deep),
            shallow=_layers(shallow),
            order=Label(join(order)),
        ),
        *claims,
    ]


def _same_size(first: Model, second: Model) -> bool:
    return abs(first.parameters - second.parameters) <= 0.01 * min(
        first.parameters, second.parameters
    )


def _best(record: Record, runs: pd.DataFrame, key: str) -> list[Claim]:
    """Which models may be the best on a function, where there are more than two."""
    rows = runs[runs["function"] == key]
    groups = [g for g in seed_groups(rows, "model", "final_train_loss").values() if g.known()]
    if len(groups) < 3:
        return []
    found = best(groups, LOSS, highest=False)
    if not found.decided:
        return []
    others, beaten = (
        join([f"*{escape(name)}*" for name in names if name != found.first])
        for names in (found.among, found.beaten)
    )
    return [
        BEST(
            "alone" if found.alone else "some" if found.beaten else "among",
            _used(record, rows),
            key=escape(key),
            function=formulas(record)[key],
            best=escape(found.first),
            others=Markdown(beaten if found.alone else others),
            beaten=Markdown(beaten),
        )
    ]


def _spread(record: Record, done: pd.DataFrame) -> list[Claim]:
    """Worst over best run of the deepest and the shallowest model, on every function."""
    pair = ends(record)
    positive = done[done["final_train_loss"] > 0]
    if pair is None or len(positive) < len(done):
        return []
    losses = done.groupby(["model", "function"])["final_train_loss"]
    ratios = (losses.max() / losses.min())[losses.count() > 1]
    known = ratios.index.get_level_values("model")
    if not {pair[0].name, pair[1].name} <= set(known):
        return []
    deep, shallow = (ratios[model.name] for model in pair)
    common = deep.index.intersection(shallow.index)
    if common.empty:
        return []
    wider = count(common, lambda key: bool(deep[key] > LOSS.margin * shallow[key]))
    narrower = count(common, lambda key: bool(shallow[key] > LOSS.margin * deep[key]))
    verdict = "mixed"
    if wider.extent == "all":
        verdict = "wider"
    elif narrower.extent == "all":
        verdict = "narrower"
    highest = [
        bound(float(found[common].max()), "upper", fmt.factor, digits=2)
        for found in (deep, shallow)
    ]
    return [
        SPREAD(
            verdict,
            _used(record, done[done["model"].isin([model.name for model in pair])]),
            deep=escape(pair[0].name),
            shallow=escape(pair[1].name),
            deep_factor=highest[0],
            shallow_factor=highest[1],
        )
    ]


def _error(record: Record, done: pd.DataFrame, key: str) -> list[Claim]:
    """How close the best model's typical curve is, in units of the function's own spread.

    The error is the loss where that is the mean squared error, else that of the curve drawn.
    """
    facts = record.rows("functions")
    place = next(i for i, row in enumerate(facts) if row["function"] == key)
    squared = losses(record) == ["mse"]
    variance = 1.0 if squared and is_scaled(record, key) else _variance(facts[place])
    rows = done[done["function"] == key]
    if variance == 0:
        return []
    about = {"key": escape(key), "function": formulas(record)[key]}
    column = "final_train_loss" if squared else "prediction"
    used = [*_used(record, rows, column), evidence(record, "functions", "y", [place])]
    errors = rows[column] if squared else rows[column].map(partial(_squared, facts[place]))
    claims = []
    stuck = count(errors, lambda error: abs(error / variance - 1) < CONSTANT)
    if stuck.yes:
        number = Markdown("all") if not stuck.no else fmt.words(len(stuck.yes))
        their = Markdown("its" if stuck.no and len(stuck.yes) == 1 else "their")
        claims.append(ERROR("constant", used, **about, number=number, their=their))
    if stuck.no:
        share = math.sqrt(float(errors.groupby(rows["model"]).median().min()) / variance)
        verdict = "close" if share <= NEAR else "rough" if share <= FAR else "poor"
        words = BEST_MODEL if rows["model"].nunique() > 1 else ONLY_MODEL
        claims.append(ERROR(verdict, used, **about, **words, share=fmt.percent(share)))
    return claims


def _inside(function: Mapping[str, Any]) -> list[bool]:
    """Which points lie in the domain; curves may be drawn beyond."""
    low, high = min(function["domain"]), max(function["domain"])
    rounding = 1e-5 * (high - low)
    return [low - rounding <= x <= high + rounding for x in function["x"]]


def _variance(function: Mapping[str, Any]) -> float:
    """Of the function's values on its domain."""
    return float(np.var(np.asarray(function["y"], dtype=float)[_inside(function)]))


def _squared(function: Mapping[str, Any], prediction: Sequence[float]) -> float:
    """The mean squared error of a curve on the function's domain."""
    errors = np.asarray(prediction, dtype=float) - np.asarray(function["y"], dtype=float)
    return float(np.mean(errors[_inside(function)] ** 2))


def _between(record: Record, done: pd.DataFrame) -> list[Claim]:
    """Loss at the midpoints over the training loss, function by function."""
    fitted = done[(done["final_train_loss"] > 0) & done["final_test_loss"].notna()]
    if fitted.empty:
        return []
    ratios = (fitted["final_test_loss"] / fitted["final_train_loss"]).groupby(fitted["function"])
    typical = ratios.median()
    margin = LOSS.margin or 1.0
    shown = formulas(record)
    claims = []
    worse = {str(key): value for key, value in typical.items() if value >= margin}
    fine = {str(key): value for key, value in typical.items() if value < margin}
    limits: tuple[tuple[str, dict[str, float], Bound], ...] = (
        ("same", fine, bound(max(fine.values(), default=math.nan), "upper")),
        ("worse", worse, bound(min(worse.values(), default=math.nan), "lower")),
    )
    for verdict, found, limit in limits:
        if found:
            rows = fitted[fitted["function"].isin(found)]
            claims.append(
                BETWEEN(
                    verdict,
                    _used(record, rows, "final_train_loss", "final_test_loss"),
                    functions=Markdown(join([shown[key] for key in found])),
                    where=between(record, found),
                    ratio=limit,
                )
            )
    return claims


def _settling(record: Record, done: pd.DataFrame) -> list[Claim]:
    """How many runs the last quarter of their epochs still changes, up or down."""

    def change(run: tuple[list[int], list[float]]) -> bool | None:
        epochs, curve = run
        before = next(i for i, epoch in enumerate(epochs) if epoch >= QUARTER * epochs[-1])
        if len(curve) < 3 or not curve[before] or not curve[-1]:
            return None
        return abs(math.log10(curve[-1] / curve[before])) >= (LOSS.width or 0)

    runs = [*zip(done["epoch"], done["train_loss"], strict=True)]
    moved = count(runs, change)
    if moved.missing or not runs:
        return []
    return [
        SETTLING(
            moved.extent,
            _used(record, done, "epoch", "train_loss"),
            moved,
            number=fmt.words(len(moved.yes)),
            total=fmt.words(moved.total),
            factor=fmt.number(LOSS.margin, 3),
        )
    ]
