"""What is said about training on a task: the best model, its cost, its gap, overfitting."""

from collections import Counter

import pandas as pd

from report.claims.claim import Claim, Statement, evidence
from report.claims.length import shortened
from report.claims.verdict import compare, point_words, ratio_words
from report.numbers.frames import known
from report.numbers.statistics import Estimate, mean, median, paired_difference, paired_log_ratio
from report.records import Model, Record
from report.sections.aligned import aligned
from report.words import format as fmt
from report.words.markdown import Markdown, escape

CLEAR_ACCURACY = 0.01
"""Share of test images from which a difference in accuracy is called clear: one in a hundred."""

CLEAR_RATIO = 0.1
"""Decades of test loss from which a rise is called clear: a quarter."""
CAVEAT = "; as they differ in size too, depth is not shown to be the reason"
EQUAL = 1.01
"""Factor between two numbers of parameters up to which they are called equal."""
RISEN = 1.1
"""Last over lowest test loss from which the loss is said to rise again."""
NEAR = 0.01
"""Share of test images up to which a test accuracy is as good as the last one."""
EARLY = 0.5
"""Share of the epochs up to which a training is said to be early as good as done."""

BEST = Statement(
    "train-on-task.best",
    {
        "clearly_more": "On {dataset}, *{best}* classifies best: {accuracy} of the test images in "
        "the mean over {n}, {difference} more than *{second}* (95 % interval {interval}, paired by "
        "seed).",
        "slightly_more": "On {dataset}, *{best}* comes out first with a mean test accuracy of "
        "{accuracy}, though only {difference} ahead of *{second}* (95 % interval {interval}, {n}).",
        "no_difference": "On {dataset}, the highest mean test accuracy is {accuracy} for *{best}*, "
        "yet over {n} it cannot be told from the {second_accuracy} of *{second}* (the 95 % "
        "interval of the difference is {interval} percentage points).",
        "one_seed": "On {dataset}, *{best}* reaches a test accuracy of {accuracy} and *{second}* "
        "{second_accuracy}; fewer than two seeds in common support no ranking.",
        "disagree": "On {dataset}, *{best}* has the highest mean test accuracy, {accuracy}, yet "
        "*{second}* is {size} better in the {n} that both finished (95 % interval {interval}), so "
        "no ranking is claimed.",
        "single_model": "On {dataset}, *{best}* reaches a test accuracy of {accuracy}.",
        "nothing": "On {dataset}, no run ended with a finite loss.",
    },
    headline=True,
    about="dataset",
)

COST = Statement(
    "train-on-task.cost",
    {
        "larger": "The winner is also the largest model of the comparison, with {parameters} "
        "parameters against {smallest} in the smallest, *{small}*, which reaches {small_accuracy}.",
        "smaller": "It needs no more than {parameters} parameters for that; the largest model, "
        "*{large}*, has {largest} and reaches {large_accuracy}.",
        "undecided": "In cost the models do differ: the smallest, *{small}*, has {smallest} "
        "parameters and reaches {small_accuracy}; the largest, *{large}*, has {largest} and "
        "reaches {large_accuracy}.",
    },
    about="dataset",
)

DEPTH = Statement(
    "train-on-task.depth",
    {
        "clearly_more": "Among the {family}, the deepest does better than the shallowest: *{deep}* "
        "with {deep_depth} and {deep_parameters} parameters is {size} ahead of *{shallow}* with "
        "{shallow_depth} and {shallow_parameters} (95 % interval {interval}, paired by seed, "
        "{n}){caveat}.",
        "slightly_more": "Among the {family}, the deepest does slightly better than the "
        "shallowest: *{deep}* with {deep_depth} and {deep_parameters} parameters is {size} ahead "
        "of *{shallow}* with {shallow_depth} and {shallow_parameters} (95 % interval {interval}, "
        "paired by seed, {n}){caveat}.",
        "no_difference": "Whether depth matters is not decided: among the {family}, *{deep}* with "
        "{deep_depth} and {deep_parameters} parameters cannot be told from *{shallow}* with "
        "{shallow_depth} and {shallow_parameters} (95 % interval of the difference in test "
        "accuracy {interval} percentage points over {n}).",
        "slightly_less": "Among the {family}, the deepest does slightly worse than the shallowest: "
        "*{deep}* with {deep_depth} and {deep_parameters} parameters is {size} behind *{shallow}* "
        "with {shallow_depth} and {shallow_parameters} (95 % interval of the difference "
        "{interval}, paired by seed, {n}){caveat}.",
        "clearly_less": "Among the {family}, the deepest does worse than the shallowest: *{deep}* "
        "with {deep_depth} and {deep_parameters} parameters is {size} behind *{shallow}* with "
        "{shallow_depth} and {shallow_parameters} (95 % interval of the difference {interval}, "
        "paired by seed, {n}){caveat}.",
        "one_seed": "Among the {family}, the deepest, *{deep}* with {deep_depth} and "
        "{deep_parameters} parameters, reaches {deep_accuracy} and the shallowest, *{shallow}* "
        "with {shallow_depth} and {shallow_parameters}, {shallow_accuracy}; one seed cannot tell "
        "whether that is more than luck.",
    },
    about="dataset",
)

GAP = Statement(
    "train-on-task.gap",
    {
        "clearly_more": "Training accuracy exceeds test accuracy by {gap} for *{model}*, the "
        "widest generalization gap here (95 % interval {interval} percentage points over {n}).",
        "slightly_more": "The generalization gaps are small; the widest, {gap}, is that of "
        "*{model}* (95 % interval {interval} percentage points over {n}).",
        "no_difference": "Even the widest generalization gap, {gap} for *{model}*, cannot be told "
        "from zero (95 % interval {interval} percentage points over {n}).",
        "one_seed": "The widest gap between training and test accuracy is {gap}, for *{model}*.",
        "less": "No model does better on the training images than on the test images; the largest "
        "difference, for *{model}*, is {gap}.",
    },
    about="dataset",
)

OVERFITTING = Statement(
    "train-on-task.overfitting",
    {
        "clearly_more": "The test loss of *{model}* passes its minimum at epoch {epoch} and rises "
        "from there by a factor of {factor} (95 % interval {interval}, {n}), while its training "
        "loss goes from {then} to {end} in the median.",
        "slightly_more": "The test loss of *{model}* passes its minimum at epoch {epoch} and rises "
        "a little from there, by a factor of {factor} (95 % interval {interval}, {n}), while its "
        "training loss goes from {then} to {end} in the median.",
        "no_difference": "The test loss of *{model}* is lowest in the median at epoch {epoch}, but "
        "whether it really rises from there is not decided: its last value is {ratio} times that "
        "one, with a 95 % interval of {ratio_interval} over {n}.",
        "one_seed": "The test loss of *{model}* passes its minimum at epoch {epoch} and ends "
        "{ratio} times as high, while its training loss goes from {then} to {end}; this is one "
        "seed.",
        "falling": "No test loss on {dataset} ends more than {percent} above its minimum, so there "
        "is no sign yet of training for too long.",
    },
    about="dataset",
)

ORDER = Statement(
    "train-on-task.order",
    {
        "same": "Judged by test loss instead of accuracy, the first on {dataset} is the same: "
        "*{lowest}* has the lowest mean test loss, {loss}.",
        "other": "Judged by test loss instead of accuracy, another model comes first on {dataset}: "
        "the mean test loss is {loss} for *{lowest}* and {best_loss} for *{best}*.",
        "alone": "The test loss of *{best}* ends at {loss} in the mean, its training loss at "
        "{train_loss}.",
    },
    about="dataset",
)

SPREAD = Statement(
    "train-on-task.spread",
    {
        "wide": "Luck counts for much on {dataset}: between the best and the worst seed, the test "
        "accuracy of *{model}* differs by {spread}, no less than the {lead} between the means of "
        "the first two models.",
        "narrow": "Luck counts for less than the lead of the first model on {dataset}: no model's "
        "test accuracy differs by more than {spread} between its best and its worst seed, while "
        "the means of the first two models are {lead} apart.",
        "none": "The seeds agree on {dataset}: the test accuracy of no model differs between them.",
        "alone": "Between its best and its worst seed, the test accuracy of *{model}* on {dataset} "
        "differs by {spread}.",
        "one_seed": "As no model was trained with more than one seed on {dataset}, these numbers "
        "do not tell how much of them is luck.",
    },
    about="dataset",
)

PACE = Statement(
    "train-on-task.pace",
    {
        "early": "The model *{model}* is as good as trained early: in the median run, its test "
        "accuracy is first within {near} of its last value at epoch {epoch} of {epochs}.",
        "late": "The model *{model}* needs most of its training: in the median run, its test "
        "accuracy is first within {near} of its last value at epoch {epoch} of {epochs}.",
    },
    about="dataset",
)

DIVERGED = Statement(
    "train-on-task.diverged",
    {"some": "Of {total} runs, {number} diverged and {verb} not counted in the comparisons."},
)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """A paragraph on each data set, and one on diverged runs, as far as there is room."""
    runs = record.frame("runs")
    done = known(runs, "final_test_accuracy")
    paragraphs = []
    for dataset in dict.fromkeys(runs["dataset"]):
        chosen = done[done["dataset"] == dataset]
        claims = [_best(record, chosen, str(dataset))]
        if len(chosen):
            claims += _cost(record, chosen, claims[0].verdict in ("slightly_more", "clearly_more"))
            claims += [_order(record, chosen), _spread(record, chosen)]
            claims += [*_depth(record, chosen), _pace(record, chosen)]
            claims += [_gap(record, chosen), _overfitting(record, chosen)]
        paragraphs.append(tuple(claims))
    lost = len(runs) - len(done)
    if lost:
        paragraphs.append(
            (
                DIVERGED(
                    "some",
                    [evidence(record, "runs", "diverged_at")],
                    number=fmt.words(lost),
                    total=fmt.count(len(runs)),
                    verb=Markdown("is" if lost == 1 else "are"),
                ),
            )
        )
    return shortened(paragraphs, (SPREAD, PACE, ORDER, COST, OVERFITTING, GAP, DEPTH))


def _best(record: Record, done: pd.DataFrame, dataset: str) -> Claim:
    name = escape(dataset)
    if done.empty:
        return BEST("nothing", [evidence(record, "runs", "diverged_at")], dataset=name)
    used = [evidence(record, "runs", "final_test_accuracy", done.index)]
    means = done.groupby("model")["final_test_accuracy"].mean().sort_values(ascending=False)
    best = str(means.index[0])
    values = {"dataset": name, "best": escape(best), "accuracy": fmt.accuracy(means.iloc[0])}
    if len(means) == 1:
        return BEST("single_model", used, **values)
    second = str(means.index[1])
    pairs = done.pivot_table(index="seed", columns="model", values="final_test_accuracy")
    pairs = pairs[[best, second]].dropna()
    estimate = (
        paired_difference(pairs[best], pairs[second]) if len(pairs) else Estimate(0, None, None, 0)
    )
    verdict = compare(estimate, CLEAR_ACCURACY)
    contrary = verdict in ("slightly_less", "clearly_less")  # the means are over other seeds
    return BEST(
        "disagree" if contrary else verdict,
        used,
        estimate,
        **values,
        second=escape(second),
        second_accuracy=fmt.accuracy(means.iloc[1]),
        **point_words(estimate),
    )


def _dataset(done: pd.DataFrame) -> Markdown:
    return escape(str(done["dataset"].iloc[0]))


def _cost(record: Record, done: pd.DataFrame, decided: bool) -> list[Claim]:
    """What the best model costs, where one is best; else what there is to choose from."""
    means = done.groupby("model")["final_test_accuracy"].mean()
    alike = Counter(model.name for model in record.models)
    present = [m for m in record.models if m.name in means.index]
    if len(present) < 2 or any(alike[m.name] > 1 for m in present):
        return []  # one model, or a name that two data sets give to different models
    best = max(present, key=lambda m: means[m.name])
    small = min(present, key=lambda m: m.parameters)
    large = max(present, key=lambda m: m.parameters)
    if small.parameters == large.parameters:
        return []
    return [
        COST(
            "undecided" if not decided else "larger" if best is large else "smaller",
            [evidence(record, "runs", "final_test_accuracy", done.index)],
            dataset=_dataset(done),
            parameters=fmt.count(best.parameters),
            small=escape(small.name),
            smallest=fmt.count(small.parameters),
            small_accuracy=fmt.accuracy(means[small.name]),
            large=escape(large.name),
            largest=fmt.count(large.parameters),
            large_accuracy=fmt.accuracy(means[large.name]),
        )
    ]


def _depth(record: Record, done: pd.DataFrame) -> list[Claim]:
    """Deepest against shallowest model of the kind (convolutional or not) that the best one is."""
    alike = Counter(model.name for model in record.models)
    present = [m for m in record.models if m.name in set(done["model"])]
    if any(alike[m.name] > 1 for m in present):
        return []
    kinds = {m.name: m.architecture.startswith("conv") for m in present}
    means = done.groupby("model")["final_test_accuracy"].mean()
    kind = kinds[str(means.idxmax())]
    family = [m for m in present if kinds[m.name] == kind]
    deep, shallow = max(family, key=lambda m: m.depth), min(family, key=lambda m: m.depth)
    if deep.depth == shallow.depth:
        return []
    pairs = done.pivot_table(index="seed", columns="model", values="final_test_accuracy")
    pairs = pairs[[deep.name, shallow.name]].dropna()
    if pairs.empty:
        return []
    estimate = paired_difference(pairs[deep.name], pairs[shallow.name])
    used = done[done["model"].isin([deep.name, shallow.name])]
    return [
        DEPTH(
            compare(estimate, CLEAR_ACCURACY),
            [evidence(record, "runs", "final_test_accuracy", used.index)],
            estimate,
            dataset=_dataset(done),
            family=Markdown("convolutional networks" if kind else "networks without convolutions"),
            deep=escape(deep.name),
            deep_depth=fmt.plural(deep.depth, "hidden layer"),
            deep_parameters=fmt.count(deep.parameters),
            deep_accuracy=fmt.accuracy(means[deep.name]),
            shallow=escape(shallow.name),
            shallow_depth=fmt.words(shallow.depth),
            shallow_parameters=fmt.count(shallow.parameters),
            shallow_accuracy=fmt.accuracy(means[shallow.name]),
            caveat=Markdown("" if _equal_size(deep, shallow) else CAVEAT),
            **point_words(estimate),
        )
    ]


def _order(record: Record, done: pd.DataFrame) -> Claim:
    """Whether the order by test loss has the same model in front."""
    means = done.groupby("model")[["final_test_accuracy", "final_test_loss", "final_train_loss"]]
    table = means.mean()
    best = str(table["final_test_accuracy"].idxmax())
    losses = table["final_test_loss"]
    lowest = best if losses[best] == losses.min() else str(losses.idxmin())
    columns = ("final_test_loss", "final_train_loss" if len(table) == 1 else "final_test_accuracy")
    return ORDER(
        "alone" if len(table) == 1 else "same" if lowest == best else "other",
        [evidence(record, "runs", column, done.index) for column in columns],
        dataset=_dataset(done),
        best=escape(best),
        lowest=escape(lowest),
        loss=fmt.loss(losses[lowest]),
        best_loss=fmt.loss(losses[best]),
        train_loss=fmt.loss(table["final_train_loss"][best]),
    )


def _spread(record: Record, done: pd.DataFrame) -> Claim:
    """The widest range over the seeds, against the lead of the first model over the second."""
    groups = done.groupby("model")["final_test_accuracy"]
    used = [evidence(record, "runs", "final_test_accuracy", done.index)]
    dataset = _dataset(done)
    if groups.count().max() < 2:
        return SPREAD("one_seed", used, dataset=dataset)
    spreads, means = groups.max() - groups.min(), groups.mean().sort_values(ascending=False)
    widest = float(spreads.max())
    lead = float(means.iloc[0] - means.iloc[1]) if len(means) > 1 else 0.0
    if widest == 0:
        return SPREAD("none", used, dataset=dataset)
    return SPREAD(
        "alone" if len(means) == 1 else "wide" if widest >= lead else "narrow",
        used,
        dataset=dataset,
        model=escape(str(spreads.idxmax())),
        spread=fmt.points(widest),
        lead=fmt.points(lead),
    )


def _pace(record: Record, done: pd.DataFrame) -> Claim:
    """When the test accuracy of the best model first comes near its last value."""
    best = str(done.groupby("model")["final_test_accuracy"].mean().idxmax())
    chosen = done[done["model"] == best]
    first = [
        next(e for e, a in zip(epochs, curve, strict=True) if a >= curve[-1] - NEAR)
        for epochs, curve in zip(chosen["epoch"], chosen["test_accuracy"], strict=True)
    ]
    last = max(epochs[-1] for epochs in chosen["epoch"])
    return PACE(
        "early" if median(first) <= EARLY * last else "late",
        [evidence(record, "runs", "test_accuracy", chosen.index)],
        dataset=_dataset(done),
        model=escape(best),
        near=fmt.points(NEAR),
        epoch=fmt.count(median(first)),
        epochs=fmt.count(last),
    )


def _gap(record: Record, done: pd.DataFrame) -> Claim:
    gaps = done.assign(gap=done["final_train_accuracy"] - done["final_test_accuracy"])
    widest = str(gaps.groupby("model")["gap"].mean().idxmax())
    chosen = gaps[gaps["model"] == widest]
    estimate = mean(list(chosen["gap"]))
    verdict: str = compare(estimate, CLEAR_ACCURACY)
    if verdict.endswith("less") or (verdict == "one_seed" and estimate.value <= 0):
        verdict = "less"
    used = [
        evidence(record, "runs", column, chosen.index)
        for column in ("final_train_accuracy", "final_test_accuracy")
    ]
    points = point_words(estimate)
    return GAP(
        verdict,
        used,
        estimate,
        dataset=_dataset(done),
        model=escape(widest),
        gap=points["difference"],
        interval=points["interval"],
        n=points["n"],
    )


def _equal_size(first: Model, second: Model) -> bool:
    sizes = sorted([first.parameters, second.parameters])
    return sizes[1] <= EQUAL * sizes[0]


def _overfitting(record: Record, done: pd.DataFrame) -> Claim:
    """The model whose median test loss has risen most from its minimum.

    The rise of each seed is measured from the epoch of that minimum, which is one for all seeds.
    """
    found = []
    for model, group in done.groupby("model", sort=False):
        epochs, middle = _median_curve(group, "test_loss")
        lowest = min(range(len(middle)), key=middle.__getitem__)
        ratio = middle[-1] / middle[lowest] if middle[lowest] > 0 else 1.0
        found.append((ratio, str(model), lowest, epochs[lowest], group))
    ratio, model, lowest, epoch, group = max(found, key=lambda item: item[0])
    if ratio <= RISEN:
        return OVERFITTING(
            "falling",
            [evidence(record, "runs", "test_loss", done.index)],
            dataset=_dataset(done),
            percent=fmt.percent(RISEN - 1, 0),
        )
    _, training = _median_curve(group, "train_loss")
    _, curves = aligned(group, "test_loss")
    pairs = [(curve[-1], curve[lowest]) for curve in curves if curve[-1] == curve[-1]]
    estimate = paired_log_ratio(*zip(*pairs, strict=True))
    verdict = compare(estimate, CLEAR_RATIO)
    return OVERFITTING(
        "no_difference" if verdict.endswith("less") else verdict,
        [evidence(record, "runs", f"{split}_loss", group.index) for split in ("test", "train")],
        estimate,
        dataset=_dataset(done),
        model=escape(model),
        then=fmt.loss(training[lowest]),
        end=fmt.loss(training[-1]),
        epoch=fmt.count(epoch),
        **ratio_words(estimate),
    )


def _median_curve(group: pd.DataFrame, column: str) -> tuple[list[float], list[float]]:
    """Epochs, and the median over the runs at each of them."""
    epochs, curves = aligned(group, column)
    return epochs, [median([v for v in values if v == v]) for values in zip(*curves, strict=True)]
