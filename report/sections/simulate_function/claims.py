"""What is said about simulating a function: whether depth pays at equal size, function by function.

The answer first, then the numbers that carry it for each function, then what it costs and what
limits it.
"""

import math

import numpy as np
import pandas as pd

from report.claims.bound import bound
from report.claims.claim import Claim, Line, Statement, used
from report.claims.contrast import LOSSES, Contrast, Label, Overall, label
from report.numbers.comparison import Comparison, compare
from report.numbers.frames import known
from report.numbers.parts import Parts
from report.numbers.quantifiers import count
from report.numbers.scales import LOSS
from report.numbers.selection import best
from report.records import Model, Record
from report.records.rows.simulate_function import Function, Run
from report.sections.aligned import last_part
from report.sections.groups import measured_groups, seed_groups
from report.sections.lost import lost_runs, lost_statement
from report.sections.simulate_function.sampling import between, is_scaled, losses
from report.words import format as fmt
from report.words.counts import some_of
from report.words.markdown import Markdown, escape, italics, join

NEARLY = 1.1
"""Factor between two numbers of parameters up to which models are compared by their depth."""
EQUAL = 0.01
"""Relative difference of numbers of parameters up to which models are said to be of equal size."""
NEAR, FAR = 0.05, 0.5
"""Root-mean-square error, in units of the function's spread, up to which a fit is close; rough."""
CONSTANT = 0.02
"""Relative distance from the variance of the target up to which a loss is that of a constant."""
QUARTER = 0.75
"""Share of the epochs behind which a training that still changes its loss has not settled."""

DEPTH = Overall(
    "simulate-function.depth",
    {
        "less|more|alike": "On {where} depth [pays|does harm|makes no difference that matters]: "
        "{size}, {deep} fit [better than|worse than|as well as] {shallow}{rest}.",
        "undecided": "Whether depth pays stays open: {size}, these runs show no order between "
        "{deep} and {shallow} on {parts}.",
        "differ": "Whether depth pays depends on the function, for {deep} against {shallow} "
        "{size}: {order}.",
    },
    headline=True,
    line=Line.of(
        "Does depth pay at equal size?",
        "loss",
        "factor {strength} on {strongest}",
        less=("Yes.", "loss {strength} times lower on {strongest}"),
        more=("It does harm.", "loss {strength} times higher on {strongest}"),
        alike="It makes no difference that matters.",
        undecided="The runs do not decide.",
        differ="{told}.",
    ),
    brief={"less": "yes", "more": "no", "alike": "no"},
    noun="function",
    order={
        "less|more": "[it does|it does harm]",
        "alike|undecided": "[it makes no difference that matters|no order shows]",
    },
    word="on",
)

DEPTH_ON = Contrast(
    "simulate-function.depth-on",
    {
        "less|more": "On {function} the [deep|shallow] network ends at a loss of "
        "[{first_value}|{second_value}] and the [shallow|deep] one at "
        "[{second_value}|{first_value}], higher by a factor of {size} ({support}).",
        "alike": "On {function} they end at {first_value} and {second_value}, too close to matter "
        "({support}).",
        "undecided": "On {function} the deep network ends at {first_value} and the shallow one at "
        "{second_value}, which settles no order ({support}){decide}.",
        "nothing": "On {function} no seed gave a finite loss for both networks.",
    },
    quantity=LOSSES,
)

BEST = Statement(
    "simulate-function.best",
    {
        "alone": "Of all models *{best}* fits {function} best, ahead of {beaten}.",
        "among": "Of all models *{best}* has the lowest typical loss on {function}, but {others} "
        "cannot be told from it.",
        "some": "Of all models *{best}* has the lowest typical loss on {function}; {others} cannot "
        "be told from it, while {beaten} ends clearly higher.",
    },
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
    extents={"wider": "all", "narrower": "none", "mixed": "some|all_known|none_known|nothing"},
)

ERROR = Statement(
    "simulate-function.error",
    {
        "constant": "Of the runs on {function}, {many} learned no more than a constant: {their} "
        "error is that of the function's mean.",
        "close": "{curve} lies close to {function}: its typical error is {share} the function's "
        "own spread.",
        "rough": "{model} follows {function} only roughly, with a typical error of {share} the "
        "function's own spread.",
        "poor": "{fails} {function}: {whose} typical error is still {share} the function's own "
        "spread.",
    },
    extents={"constant|close|rough": "all|some", "poor": "none"},
)

ERROR_WORDS = {
    "curve": ("The best model's curve", "The model's curve"),
    "model": ("Even the best model", "The model"),
    "fails": ("No model really fits", "The model does not really fit"),
    "whose": ("the best one's", "its"),
}
"""What `ERROR` calls the best of several models, and the only one."""

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
        "moving": "Not every loss is final: in the last quarter of the epochs {which} still "
        "changed the loss by a factor of {factor} or more.",
    },
    extents={"moving": "all|some"},
)

DIVERGED = lost_statement("simulate-function")

SPARE = (BETWEEN, BEST, ERROR, DEPTH_ON, BEST, ERROR, SPREAD, DEPTH_ON)
LOSS_OF, TEST_LOSS = Run.final_train_loss, Run.final_test_loss


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """The answer with its numbers, then what it costs and what limits it."""
    runs = record.frame(Run)
    done = known(runs, LOSS_OF)
    lost = lost_runs(DIVERGED, record, runs, LOSS_OF)
    if done.empty:
        return (tuple(lost),)
    pair = ends(record)
    answer = [*_depth(record, runs, *pair), *_spread(record, done, *pair)] if pair else []
    functions = list(dict.fromkeys(done[Run.function]))
    errors = [found for key in functions for found in _error(record, done, key)]
    limits = [claim for key in functions for claim in _best(record, runs, key)]
    limits.sort(key=lambda claim: claim.verdict == "among")  # which says the least
    # The worst fit first: it is the one that stays where there is no room for all.
    limits += [claim for _, claim in sorted(errors, key=lambda one: one[0], reverse=True)]
    limits += [*_between(record, done), *_settling(record, done), *lost]
    return tuple(tuple(paragraph) for paragraph in (answer, limits) if paragraph)


def formulas(record: Record) -> dict[str, Markdown]:
    """The formula of every function by its key; its name where several have the same formula."""
    rows = record.frame(Function)
    names, formulas = rows[Function.function], rows[Function.formula]
    several = formulas.duplicated(keep=False)
    return {
        name: escape(name) if shared else fmt.formula(formula)
        for name, formula, shared in zip(names, formulas, several, strict=True)
    }


def ends(record: Record) -> tuple[Model, Model] | None:
    """The deepest and the shallowest model, where they are of nearly equal size."""
    deep = max(record.models, key=lambda model: model.depth)
    shallow = min(record.models, key=lambda model: model.depth)
    least, most = sorted([deep.parameters, shallow.parameters])
    return (deep, shallow) if deep.depth > shallow.depth and most <= NEARLY * least else None


def _depth(record: Record, runs: pd.DataFrame, deep: Model, shallow: Model) -> list[Claim]:
    """Deepest against shallowest, function by function, and what that says of all."""
    both = runs[runs[Run.model].isin([deep.name, shallow.name])]
    shown = formulas(record)
    parts: dict[str, Comparison] = {}
    claims = []
    for key, rows in both.groupby(Run.function, sort=False):
        groups = seed_groups(rows, Run.model, LOSS_OF)
        if len(groups) < 2:
            continue
        found = compare(groups[deep.name], groups[shallow.name], LOSS)
        names = {"key": label(str(key)), "function": Label(shown[str(key)])}
        claims.append((found, DEPTH_ON(found, used(record, rows, LOSS_OF), **names)))
        if found.n:
            parts[shown[str(key)]] = found
    if not parts:
        return []
    least, most = sorted([deep.parameters, shallow.parameters])
    answer = DEPTH(
        Parts(parts),
        used(record, both, LOSS_OF),
        size=Label(f"at {'' if most - least <= EQUAL * least else 'nearly '}equal size"),
        deep=Label(f"networks with {fmt.plural(deep.depth, 'hidden layer')}"),
        shallow=Label(f"networks with {fmt.plural(shallow.depth, 'hidden layer')}"),
    )
    # Where another function shows an order, the answer names those that do not.
    open_ = [made for found, made in claims if found.n and found.verdict == "undecided"]
    # The strongest is the last to be left out.
    claims.sort(key=lambda one: -abs(one[0].value) if one[0].n else 0.0)
    told = [made for _, made in claims if made not in open_] or open_
    return [answer, *told]


def _best(record: Record, runs: pd.DataFrame, key: str) -> list[Claim]:
    """Which models may be the best on a function, where there are more than two."""
    rows = runs[runs[Run.function] == key]
    groups = measured_groups(rows, Run.model, LOSS_OF)
    if len(groups) < 3:
        return []
    found = best(groups, LOSS, highest=False)
    others = italics(name for name in found.among if name != found.first)
    made = BEST(
        "alone" if found.alone else "some" if found.beaten else "among",
        used(record, rows, LOSS_OF),
        key=escape(key),
        function=formulas(record)[key],
        best=escape(found.first),
        others=others,
        beaten=italics(found.beaten),
    )
    return [made] if found.decided else []


def _spread(record: Record, done: pd.DataFrame, *pair: Model) -> list[Claim]:
    """Worst over best run of the deepest and the shallowest model, on every function."""
    if not (done[LOSS_OF] > 0).all():
        return []
    names = [model.name for model in pair]
    losses = done.groupby([Run.function, Run.model])[LOSS_OF]
    ratios = (losses.max() / losses.min())[losses.count() > 1].unstack().reindex(columns=names)
    common = ratios.dropna()
    deep, shallow = (common[name] for name in names)
    apart = [LOSS.to(a) - LOSS.to(b) for a, b in zip(deep, shallow, strict=True)]
    wider = count(apart, lambda by: by > 0 if abs(by) > (LOSS.width or 0.0) else None)
    if not wider.total:
        return []
    return [
        SPREAD(
            {"all": "wider", "none": "narrower"}.get(wider.extent, "mixed"),
            used(record, done[done[Run.model].isin(names)], LOSS_OF),
            wider,
            deep=escape(names[0]),
            shallow=escape(names[1]),
            deep_factor=bound(float(deep.max()), "upper", fmt.factor, digits=2),
            shallow_factor=bound(float(shallow.max()), "upper", fmt.factor, digits=2),
        )
    ]


def _error(record: Record, done: pd.DataFrame, key: str) -> list[tuple[float, Claim]]:
    """How close the best model's typical curve is, in units of the function's own spread.

    Before each claim stands that share, infinite for what is said of constants. The error is the
    loss where that is the mean squared error, else that of the curve drawn. Curves may be drawn
    beyond the domain; only what lies in it counts.
    """
    facts = record.frame(Function)
    fact = facts[facts[Function.function] == key]
    ends, *curve = fact[[Function.domain, Function.x, Function.y]].iloc[0]
    x, y = (np.asarray(values, dtype=float) for values in curve)
    rounding = 1e-5 * (max(ends) - min(ends))
    inside = (x >= min(ends) - rounding) & (x <= max(ends) + rounding)
    variance = float(np.var(y[inside]))
    rows = done[done[Run.function] == key]
    column, errors = LOSS_OF, rows[LOSS_OF]
    if losses(record) != ["mse"]:
        column = Run.prediction
        off = [(np.asarray(drawn, dtype=float) - y)[inside] for drawn in rows[column]]
        errors = pd.Series([float(np.mean(one**2)) for one in off], rows.index)
    elif is_scaled(record, key):
        variance = 1.0
    if variance == 0:
        return []
    about = {"key": escape(key), "function": formulas(record)[key]}
    based = [*used(record, rows, column), *used(record, fact, Function.y)]
    claims = []
    stuck = count(errors, lambda error: abs(error / variance - 1) < CONSTANT)
    if stuck.yes:
        some = fmt.words(len(stuck.yes))
        their = Markdown("its" if stuck.no and some == fmt.words(1) else "their")
        many = some if stuck.no else Markdown("all")
        claims.append((math.inf, ERROR("constant", based, stuck, **about, many=many, their=their)))
    if stuck.no:
        shares = errors.groupby(rows[Run.model]).median().div(variance).pow(0.5)
        share, close = float(shares.min()), count(shares, lambda share: share <= FAR)
        verdict = "close" if share <= NEAR else "rough" if share <= FAR else "poor"
        words = {name: Markdown(said[len(shares) == 1]) for name, said in ERROR_WORDS.items()}
        part = f"{fmt.percent(share)} of" if share <= 1 else f"{fmt.factor(share)} times"
        made = ERROR(verdict, based, close, **about, **words, share=Markdown(part))
        claims.append((share, made))
    return claims


def _between(record: Record, done: pd.DataFrame) -> list[Claim]:
    """Loss at the midpoints over the training loss, function by function."""
    fitted = known(done[done[LOSS_OF] > 0], TEST_LOSS)
    ratios = fitted[TEST_LOSS] / fitted[LOSS_OF]
    typical = ratios.groupby(fitted[Run.function]).median()
    worse = typical >= (LOSS.margin or 1.0)
    shown = formulas(record)
    return [
        BETWEEN(
            verdict,
            used(record, fitted[fitted[Run.function].isin(found.index)], LOSS_OF, TEST_LOSS),
            functions=join([shown[key] for key in found.index]),
            where=between(record, list(found.index)),
            ratio=limit,
        )
        for verdict, found, limit in (
            ("same", typical[~worse], bound(typical[~worse].max(), "upper")),
            ("worse", typical[worse], bound(typical[worse].min(), "lower")),
        )
        if len(found)
    ]


def _settling(record: Record, done: pd.DataFrame) -> list[Claim]:
    """How many runs the last quarter of their epochs still changes, up or down."""

    def change(run: tuple[list[int], list[float]]) -> bool | None:
        epochs, curve = run
        before = last_part(epochs, QUARTER)
        if len(curve) < 3 or not curve[before] or not curve[-1]:
            return None
        return abs(math.log10(curve[-1] / curve[before])) >= (LOSS.width or 0)

    moved = count(zip(done[Run.epoch], done[Run.train_loss], strict=True), change)
    if moved.missing:
        return []
    return [
        SETTLING(
            "moving" if moved.yes else "none",
            used(record, done, Run.epoch, Run.train_loss),
            moved,
            which=some_of(len(moved.yes), moved.total, "run"),
            factor=fmt.number(LOSS.margin, 3),
        )
    ]
