"""What is said about the number of parameters: where size stops helping, and what it does."""

from dataclasses import replace

import pandas as pd

from report.claims.claim import Claim, Line, Statement, used
from report.claims.contrast import ACCURACIES, LOSSES, Contrast, Label, Overall, Tendency, label
from report.numbers.comparison import Comparison, compare
from report.numbers.extremes import hump_by_half
from report.numbers.frames import known
from report.numbers.parts import Parts
from report.numbers.quantifiers import count
from report.numbers.samples import Group
from report.numbers.scales import ACCURACY, LOSS
from report.numbers.selection import best, enough
from report.numbers.statistics import mean
from report.numbers.trend import related, trend
from report.records import Record
from report.records.rows.parameter_count import Run
from report.sections.groups import against, measured_groups
from report.sections.lost import lost_runs, lost_statement
from report.words import format as fmt
from report.words.markdown import Markdown, escape

ACCURACY_OF = Run.final_test_accuracy
FITTED = 0.99
"""Training accuracy that each run must reach in its best epoch for a structure to fit its set."""

STOPS = Statement(
    "parameter-count.stops",
    {
        "stops": "Size stops helping at {knee_parameters} parameters, with *{knee}*: even the "
        "structure with the best median, *{best}*, is ahead of it by less than {margin}.",
        "first": "Size hardly matters here: already the smallest structure, *{knee}* with "
        "{knee_parameters} parameters, lies less than {margin} behind *{best}*, which has the best "
        "median.",
        "helps|alone": "[Size helps to the end: the largest structure, *{best}*,|One size is best: "
        "*{best}* with {best_parameters} parameters] classifies better than every [smaller one|"
        "other structure, smaller or larger], with {best_accuracy} of the test images.",
        "open": "Where size stops helping stays open: *{best}* with {best_parameters} parameters "
        "comes out first with {best_accuracy} of the test images, but these runs do not show which "
        "other structures lie less than {margin} behind it.",
        "single": "The only structure with a result, *{best}* with {best_parameters} parameters, "
        "gets {best_accuracy} of the test images right.",
        "nothing": "No run ended with a finite loss.",
    },
    headline=True,
    line=Line.of(
        "Where do more parameters stop helping?",
        "accuracy",
        "{best_accuracy}",
        stops=("At {knee_parameters}, for accuracy.", "less than {margin} beyond"),
        first=("At the smallest structure already.", "{knee_parameters} parameters"),
        helps="Nowhere: the largest structure is best.",
        alone=("At *{best}*, which beats all others.", "{best_parameters} parameters"),
        open=("The runs do not show it.", "{best_accuracy} at {best_parameters} parameters"),
        single="A single structure cannot tell.",
        nothing=("Nothing can be said: every run diverged.", "–"),
    ),
)

BEFORE = Contrast(
    "parameter-count.before",
    {
        "more|undecided": "[{lead}: from|From] *{smallest}* to *{larger}*, {times} times the "
        "parameters, test accuracy [rises{seen}|goes] from {second_value} to {first_value}"
        "[{sure}|, which may be chance{decide}].",
        "alike": "Between *{smallest}* and *{larger}*, {times} times the parameters, no difference "
        "in test accuracy matters: it is {second_value} and {first_value}.",
    },
)

AFTER = Contrast(
    "parameter-count.after",
    {
        "less": "More size than that does harm{seen}: *{largest}*, with {times} times the "
        "parameters, falls to {first_value} from {second_value}.",
        "alike": "More size than that does no harm either: *{largest}*, with {times} times the "
        "parameters, keeps {first_value} of the {second_value}.",
        "undecided": "What more size than that does stays open: *{largest}*, with {times} times "
        "the parameters, gets {first_value} instead of {second_value}{decide}.",
    },
)

TREND = Tendency(
    "parameter-count.trend",
    {
        "rises|falls": "Over {n} test accuracy [rises|falls] with size (rank correlation "
        "{correlation}), from {start} for the smallest to {end} for the largest.",
        "undecided": "Over {n} test accuracy follows the size in no clear order (rank correlation "
        "{correlation}).",
        "too_few": "The smallest structure gets {start} of the test images right and the largest "
        "{end}; {reason}.",
    },
    quantity=replace(ACCURACIES, repetition="structure"),
    same="test accuracy",
)

FIT = Statement(
    "parameter-count.fit",
    {
        "from": "The training set is fitted from *{model}* on: with {parameters} parameters for "
        "{examples} images, {each} a training accuracy of {threshold}.",
        "some": "The training set is fitted by {number} of {total} structures, of which *{model}* "
        "with {parameters} parameters for {examples} images is the smallest, but not by all that "
        "are larger: {not_each} a training accuracy of {threshold}.",
        "never": "The training set is not fitted: no structure reaches a training accuracy of "
        "{threshold}{in_every}, the largest with {parameters} parameters for {examples} images "
        "included.",
    },
)

GAP = Overall(
    "parameter-count.gap",
    {
        "rises|falls": "The generalization gap [widens|narrows] with size in {which}: {gaps}.",
        "undecided": "Whether the generalization gap follows the size stays open, in accuracy as "
        "in loss: {gaps}.",
        "differ": "Accuracy and loss disagree on the generalization gap, which widens with size in "
        "{rises} and narrows in {falls}: {gaps}.",
    },
    every="accuracy as in loss",
    word="in",
)

TEST_LOSS = Statement(
    "parameter-count.test-loss",
    {
        "turns": "The test loss turns up again: it is {typically}lowest for *{lowest}*, {low}, and "
        "higher by a factor of {factor} for *{largest}*, {high}.",
        "alike": "The test loss, {typically}lowest for *{lowest}* with {low}, does not turn up by "
        "more than matters: for *{largest}* it is {high}.",
        "open": "The test loss is {typically}lowest for *{lowest}* with {low}; whether it has "
        "turned up again for *{largest}* with {high} stays open.",
        "lowest": "The test loss does not turn up: it is {typically}lowest for the largest "
        "structure, *{largest}*.",
    },
)

EXPECTED = (
    "Classical theory expects worse generalization once a network has more parameters than examples"
)
HERE = "here, where {count_over} more than the {examples} training images,"
MODERN = "as @belkin2019reconciling describe for modern networks"
CLASSICAL = Contrast(
    "parameter-count.classical",
    {
        "less": f"{EXPECTED}, unlike what @belkin2019reconciling describe; {HERE} it does get "
        f"worse{{seen}}: from *{{under}}* to *{{largest}}* test accuracy falls from "
        f"{{second_value}} to {{first_value}}.",
        "alike": f"{EXPECTED}; {HERE} nothing of that shows between *{{under}}* and *{{largest}}*, "
        f"{MODERN}.",
        "more": f"{EXPECTED}; {HERE} accuracy even rises from *{{under}}* to "
        f"*{{largest}}*{{seen}}, {MODERN}.",
        "undecided": f"{EXPECTED}, which @belkin2019reconciling do not find in modern networks; "
        f"{HERE} these runs leave it open ({{second_value}} for *{{under}}*, {{first_value}} for "
        f"*{{largest}}*).",
    },
)

DOUBLE = Statement(
    "parameter-count.double-descent",
    {
        "shows": "{lead} descends twice, as @belkin2019reconciling describe: from {before} for "
        "*{valley}* it climbs to {top} for *{peak}*{place} and falls to {after} for *{largest}* "
        "({half}).",
        "absent": "{lead} shows no double descent [@belkin2019reconciling] that matters: even "
        "where a peak is likeliest, for *{peak}*{place} it is {top}, against {before} for "
        "*{valley}* and {after} for *{largest}* ({half}).",
        "open": "{lead} is {before} for *{valley}*, {top} for *{peak}*{place} and {after} for "
        "*{largest}* ({half}), and whether that is a double descent [@belkin2019reconciling] "
        "stays open.",
    },
    about="measure",
)

DIVERGED = lost_statement("parameter-count")

SPARE = (AFTER, CLASSICAL, TREND, FIT, GAP)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """Two paragraphs: where size stops helping; fit, gap, and what theory expects."""
    runs = record.frame(Run)
    plain, *_ = panels(runs).values()
    done = known(plain, ACCURACY_OF)
    lost = lost_runs(DIVERGED, record, runs, ACCURACY_OF)
    if done.empty:
        return ((STOPS("nothing", used(record, runs, Run.diverged_at)), *lost),)
    first = _answer(record, plain)
    second = [_fit(record, done), *_gap(record, done), *_test_loss(record, plain)]
    second += _classical(record, plain)
    third = [c for share, panel in panels(runs).items() if share for c in _double(record, panel)]
    return (tuple(first), (*second, *lost), tuple(third))


def panels(runs: pd.DataFrame) -> dict[float, pd.DataFrame]:
    """The runs by their share of random labels, those of the first panel first."""
    noise = runs[Run.label_noise].astype(float).fillna(0.0)
    return {float(share): runs[noise == share] for share in dict.fromkeys(noise)} or {0.0: runs}


def threshold(runs: pd.DataFrame) -> int:
    """Parameters at which all training labels can be fitted: examples times classes.

    Source: Belkin et al. 2019, arXiv:1812.11118, Section 3 (networks with K outputs).
    """
    return int(runs[Run.examples].iloc[0]) * int(runs[Run.outputs].iloc[0])


def structures(runs: pd.DataFrame) -> dict[str, int]:
    """Parameters of every structure by its name, smallest first."""
    pairs = zip(runs[Run.model], runs[Run.parameters], strict=True)
    sizes = {str(model): int(parameters) for model, parameters in pairs}
    return dict(sorted(sizes.items(), key=lambda item: item[1]))


def _measured(runs: pd.DataFrame, column: str) -> list[Group]:
    """The structures that have a value of any seed, smallest first."""
    sizes = [*structures(runs)]
    return sorted(measured_groups(runs, Run.model, column), key=lambda g: sizes.index(g.label))


def _answer(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """Where size stops helping, and what it gives before and after."""
    groups = _measured(runs, ACCURACY_OF)
    based = used(record, runs, Run.parameters, ACCURACY_OF)
    sizes = structures(runs)
    found = enough(groups, ACCURACY, highest=True)
    top, knee, order = found.best, found.smallest, [group.label for group in groups]
    smallest, largest = order[0], order[-1]
    stopped = knee if knee != top else None
    if len(groups) == 1:
        verdict = "single"
    elif stopped:
        verdict = "first" if stopped == smallest else "stops"
    else:
        alone = best(groups, ACCURACY, highest=True).alone
        verdict = "open" if not alone else "helps" if top == largest else "alone"
    # Accuracy of the best structure over the runs that its comparisons keep.
    lead = max(found.losses, key=lambda one: one.n, default=None)
    scores = groups[order.index(top)].known().values()
    larger = stopped or top
    claims = [
        STOPS(
            verdict,
            based,
            knee=escape(larger),
            knee_parameters=fmt.count(sizes[larger]),
            best=escape(top),
            best_parameters=fmt.count(sizes[top]),
            best_accuracy=fmt.accuracy(lead.centers[0] if lead and lead.n else mean(scores)),
            margin=Markdown(f"{fmt.points(ACCURACY.margin)} of test accuracy"),
        )
    ]
    pair = against(groups, ACCURACY)
    if larger != smallest:
        labels = {"smallest": label(smallest), "larger": label(larger)}
        labels["times"] = Label(fmt.factor(sizes[larger] / sizes[smallest]))
        labels["lead"] = Label("Up to there size pays" if stopped else "Size pays")
        claims += _contrast(BEFORE, pair(larger, smallest), record, runs, **labels)
    if stopped and largest not in (stopped, top):
        times = Label(fmt.factor(sizes[largest] / sizes[stopped]))
        labels = {"largest": label(largest), "times": times}
        claims += _contrast(AFTER, pair(largest, stopped), record, runs, **labels)
    if not stopped and len(groups) > 1:
        positions = [(model, float(sizes[model])) for model in order]
        claims.append(TREND(trend(positions, groups, ACCURACY), based))
    return claims


def _contrast(
    statement: Contrast, found: Comparison, record: Record, runs: pd.DataFrame, **labels: Label
) -> list[Claim]:
    """The claim, where the statement has a wording for what came of the comparison."""
    if not found.n or not statement.says(found.verdict):
        return []
    both = runs[runs[Run.model].isin([found.first, found.second])]
    return [statement(found, used(record, both, ACCURACY_OF), **labels)]


def _several(runs: pd.DataFrame) -> bool:
    """Whether a structure was trained more than once."""
    return bool(runs.groupby(Run.model).size().max() > 1)


def _fit(record: Record, done: pd.DataFrame) -> Claim:
    """By the best epoch of each run: the last one may stand on a spike of the optimizer."""
    best = done[Run.train_accuracy].map(max).combine(done[Run.final_train_accuracy], max)
    sizes = structures(done)
    fitting = count(sizes, lambda model: bool((best[done[Run.model] == model] >= FITTED).all()))
    tail = list(sizes)[len(fitting.no) :]
    verdict = "never" if not fitting.yes else "from" if list(fitting.yes) == tail else "some"
    model = fitting.yes[0] if fitting.yes else list(sizes)[-1]
    several = _several(done)
    each, not_each = (
        ("every run of it and of whatever is larger reaches", "not every run of theirs reaches")
        if several
        else ("it and whatever is larger reach", "these do not all reach")
    )
    return FIT(
        verdict,
        used(record, done, Run.parameters, Run.final_train_accuracy, Run.train_accuracy),
        model=escape(model),
        parameters=fmt.count(sizes[model]),
        examples=fmt.count(record.datasets[0].train_size),
        threshold=fmt.percent(FITTED, 0),
        each=Markdown(each),
        not_each=Markdown(not_each),
        in_every=Markdown(" in every run" * several),
        number=fmt.words(len(fitting.yes)),
        total=fmt.words(fitting.total),
    )


def gaps_of(runs: pd.DataFrame) -> pd.DataFrame:
    """The generalization gap of each run, in accuracy and in loss."""
    accuracy = runs[Run.final_train_accuracy] - runs[Run.final_test_accuracy]
    loss = runs[Run.final_test_loss] - runs[Run.final_train_loss]
    return pd.DataFrame({"accuracy": accuracy, "loss": loss}, dtype=float)


def _gap(record: Record, done: pd.DataFrame) -> list[Claim]:
    """Training against test, in accuracy and in loss, over the structures' means."""
    sizes = structures(done)
    if len(sizes) < 2:
        return []
    means = gaps_of(done).groupby(done[Run.model]).mean().loc[list(sizes)]
    parts = {
        str(name): related(list(zip(map(float, sizes.values()), gap, strict=True)))
        for name, gap in means.items()
    }
    (small, points, loss), (large, more_points, more_loss) = (
        (escape(str(model)), fmt.points(gap.accuracy), fmt.loss(gap.loss))
        for model, gap in means.iloc[[0, -1]].iterrows()
    )
    words = f"for *{small}* it is {points} and a loss of {loss}, "
    words += f"for *{large}* {more_points} and {more_loss}"
    widest = str(means["accuracy"].idxmax())
    if parts["accuracy"].verdict == "rises" and widest != means.index[-1]:
        most = fmt.points(means["accuracy"].max())
        words += f"; in accuracy it is widest for *{escape(widest)}*, {most}"
    finals = (f"final_{split}_{name}" for name in means for split in ("train", "test"))
    return [GAP(Parts(parts), used(record, done, Run.parameters, *finals), gaps=Label(words))]


def _test_loss(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """Whether the loss of the largest structure lies above the lowest, all pairs held together."""
    groups = _measured(runs, Run.final_test_loss)
    if len(groups) < 2:
        return []
    based, largest = used(record, runs, Run.parameters, Run.final_test_loss), groups[-1].label
    found = best(groups, LOSS, highest=False)
    typically = Markdown("typically " * _several(runs))
    if found.first == largest:
        return [TEST_LOSS("lowest", based, largest=escape(largest), typically=typically)]
    rise = found.against(largest).flipped()
    if not rise.n:
        return []
    beaten = "turns" if largest in found.beaten else "open"
    shown = LOSSES.fields(rise)
    return [
        TEST_LOSS(
            "alike" if rise.verdict == "alike" else beaten,
            based,
            typically=typically,
            largest=escape(largest),
            lowest=escape(found.first),
            low=shown["second_value"],
            high=shown["first_value"],
            factor=shown["size"],
        )
    ]


def _classical(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """Largest structure against the last with no more parameters than training examples."""
    examples = record.datasets[0].train_size
    groups = _measured(runs, ACCURACY_OF)
    sizes = structures(runs)
    under = [group.label for group in groups if sizes[group.label] <= examples]
    over = [group.label for group in groups[len(under) :]]
    if not under or not over:
        return []
    verb = "structure has" if len(over) == 1 else "structures have"
    return _contrast(
        CLASSICAL,
        against(groups, ACCURACY)(over[-1], under[-1]),
        record,
        runs,
        count_over=Label(f"{fmt.words(len(over))} {verb}"),
        examples=Label(fmt.count(examples)),
        under=label(under[-1]),
        largest=label(over[-1]),
    )


def _double(record: Record, noisy: pd.DataFrame) -> list[Claim]:
    """Whether the test error, and the test loss, of runs on noisy labels descends twice.

    Half of the seeds choose valley, peak and end, the others measure climb and fall.
    """
    runs = noisy.assign(error=1 - noisy[ACCURACY_OF].astype(float))
    sizes = structures(runs)
    claims: list[Claim] = []
    noise = f"With {fmt.percent(noisy[Run.label_noise].max(), 0)} of the labels made random"
    for measure, column, quantity, recorded in (
        ("error", "error", ACCURACIES, ACCURACY_OF),
        ("loss", Run.final_test_loss, LOSSES, Run.final_test_loss),
    ):
        models = [group.label for group in _measured(runs, column)]
        table = runs.pivot(index="seed", columns="model", values=column)[models].dropna()
        curves: dict[int | str, list[float]] = {
            int(seed): list(row) for seed, *row in table.astype(float).itertuples()
        }
        if len(curves) < 2 or len(models) < 3:
            continue
        hump = hump_by_half(curves, quantity.scale)
        climb, fall = (
            compare(hump.group(hump.peak), hump.group(other), quantity.scale)
            for other in (hump.valley, hump.end)
        )
        verdict = "shows" if min(climb.direction, fall.direction) > 0 else "open"
        if {"alike", "less", "seen_less"} & {climb.verdict, fall.verdict}:
            verdict = "absent"
        valley, peak, largest = (models[place] for place in (hump.valley, hump.peak, hump.end))
        times = fmt.factor(sizes[peak] / threshold(runs))
        lead = "For the same networks" if claims else noise
        claims.append(
            DOUBLE(
                verdict,
                used(record, noisy, Run.label_noise, Run.parameters, recorded),
                measure=Markdown(measure),
                lead=Markdown(f"{lead}, the test {measure}"),
                place=Markdown(f", {times} times the interpolation threshold,"),
                valley=escape(valley),
                peak=escape(peak),
                largest=escape(largest),
                before=quantity.value(climb.centers[1]),
                top=quantity.value(climb.centers[0]),
                after=quantity.value(fall.centers[1]),
                half=Markdown(f"{fmt.plural(climb.n, 'seed')} that did not choose these sizes"),
            )
        )
    return claims
