"""What is said about random labels: whether they are fitted, how fast, and at what cost."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import pandas as pd

from report.claims.bound import bounds
from report.claims.claim import Claim, Line, Statement, used
from report.claims.contrast import (
    ACCURACIES,
    EPOCHS_OR_STEPS,
    LOSSES,
    Contrast,
    Label,
    Tendency,
    label,
    runs_that,
)
from report.numbers.comparison import compare
from report.numbers.frames import known
from report.numbers.quantifiers import reaching, span
from report.numbers.samples import Group
from report.numbers.scales import ACCURACY, EPOCHS, LOSS
from report.numbers.statistics import mean
from report.numbers.trend import trend
from report.records import Record
from report.records.rows.random_labels import Fit, Run
from report.sections.aligned import last_part
from report.sections.groups import against_best, seed_group, seed_groups
from report.sections.lost import lost_runs, lost_statement
from report.words import format as fmt
from report.words.counts import all_of, each_of, out_of
from report.words.markdown import Markdown, escape, join

ACCURACY_OF = Run.final_test_accuracy
QUARTER, FALLING = 0.75, 0.99
"""A training loss still falls where training from this share on lowers it below that share."""
LEARNED = 2.0
"""Times the accuracy of guessing from which a network has learned true labels."""

STILL = "; where it is not, the training loss still falls"
FIT = Statement(
    "random-labels.fit",
    {
        "all|all_known": "{fits} random labels: {every} [|that did not diverge ]reaches a "
        "training accuracy of {threshold} on them ([{n}|{number} of {total}]).",
        "some": "Yes, though not in every run: a training accuracy of {threshold} on random labels "
        "is reached by {counts}{still}.",
        "falling|stuck": "Within {epochs} {none} {threshold} of the random labels: {best} "
        "training accuracy{each} lies {range}, [though the training loss still falls|and the "
        "training loss has stopped falling].",
        "nothing": "No run on random labels ended with a finite loss, so nothing is said about "
        "fitting them.",
    },
    headline=True,
    line=Line.of(
        "Can a network fit random labels?",
        "accuracy",
        "{threshold} in {number} of {total} runs",
        panel=1,
        all=("Yes, in {every}.", "training accuracy {threshold}, {n}"),
        all_known="Yes, in {every} that did not diverge.",
        some="To {lowest} or more, but not always to {threshold}.",
        falling=("Not within these epochs, though the loss still falls.", "{range}"),
        stuck=("No, and the loss has stopped falling.", "{range}"),
        nothing=("Nothing can be said: every run diverged.", "none of {all}"),
    ),
)

TEST = Statement(
    "random-labels.test",
    {
        "random": "The test labels are drawn anew as well, so that test accuracy cannot tell what "
        "fitting costs: where all labels are random it is {accuracy}, and guessing gives {chance}."
    },
)

OTHER = Contrast(
    "random-labels.other",
    {
        "less|more": "For *{case}* test accuracy [falls|even rises]{seen}, from {second_value} "
        "with {low} random labels to {first_value} with {high}.",
        "alike": "*{case}* keeps its test accuracy: it is {second_value} with {low} random labels "
        "and {first_value} with {high}.",
        "undecided": "What random labels cost *{case}* stays open: its test accuracy is "
        "{second_value} with {low} of them and {first_value} with {high}{decide}.",
    },
    about="case",
)

CHANCE = Contrast(
    "random-labels.chance",
    {
        "alike": "What {it} learns from them holds for no other images: its test accuracy of "
        "{first_value} is that of guessing, {second_value}.",
        "more|less": "On the test images, whose labels are intact, {it} scores {first_value}, "
        "[more|less] than the {second_value} of guessing{seen}{sure}.",
        "undecided": "On the test images, whose labels are intact, {it} scores {first_value}, "
        "not shown to differ from the {second_value} of guessing ({support}).",
    },
)

SPEED = Contrast(
    "random-labels.speed",
    {
        "more|less": "[Noise is learned more slowly than the task|Random labels are even learned "
        "faster]{by}{seen}: a training accuracy of {threshold} takes {first_value} epochs on "
        "random labels and {second_value} on true ones.",
        "alike": "Random labels are learned{by} as fast as true ones: a training accuracy of "
        "{threshold} comes at epoch {first_value} and {second_value}.",
        "undecided": "A training accuracy of {threshold}{by} takes {first_value} epochs on random "
        "labels and {second_value} on true ones, which settles no order ({support}).",
    },
    quantity=EPOCHS_OR_STEPS,
)

SELDOM = Statement(
    "random-labels.reached",
    {
        "random": "A training accuracy of {threshold} is reached{by} in {true} on true labels and "
        "in {random} on random ones."
    },
)

LOSS_RISES = Contrast(
    "random-labels.loss",
    {
        "more|less": "[On random labels the test loss rises|On random labels even the test loss "
        "falls]{seen}, from {second_value} to {first_value}.",
        "alike": "On random labels the test loss ends where it began, at {first_value}.",
        "undecided": "On random labels the test loss is {second_value} before training and "
        "{first_value} after it, which may be chance ({support}).",
    },
    quantity=LOSSES,
)

PRICE = Tendency(
    "random-labels.price",
    {
        "falls|rises": "[The price grows with the share of random labels: test accuracy{of} "
        "falls|Against expectation, test accuracy{of} rises with the share of random labels,] from "
        "{start} with {low} of them to {end} with {high}.",
        "undecided": "Test accuracy{of} does not follow the share of random labels in order: it is "
        "{start} with {low} of them and {end} with {high} (rank correlation {correlation}, {n}).",
        "too_few": "Test accuracy{of} is {start} with {low} random labels and {end} with {high}; "
        "{reason}.",
    },
    quantity=replace(ACCURACIES, repetition="share"),
    same="it",
)

FIRST_STEP = Contrast(
    "random-labels.first-step",
    {
        "less": "Already {share} of random labels lower test accuracy{seen}, by {size}.",
        "alike": "Up to {share} of random labels cost next to nothing: test accuracy is "
        "{first_value} instead of {second_value}.",
        "more": "Test accuracy is even higher with {share} of random labels{seen}, by {size}.",
        "undecided": "Whether {share} of random labels cost any test accuracy stays open: it is "
        "{first_value} with them and {second_value} without{decide}.",
    },
)

MEMORIZED = Statement(
    "random-labels.memorized",
    {
        "all|all_known": "The wrong labels are learned by heart even where they are few: in ["
        "{every}|{known} that did not diverge] the network gives back {least} of them.",
        "some": "Not every run learns the wrong labels by heart where others are true: {number} of "
        "{total} give back {threshold} of them or more at the end, the others as little as "
        "{lowest}.",
        "none|none_known": "The wrong labels are not learned by heart: [no run|of the runs that "
        "did not diverge none] gives back {threshold} of them, the best {highest}.",
    },
)

PEAK = Contrast(
    "random-labels.peak",
    {
        "more": "Stopping early would have avoided much of it: with {share} of random labels test "
        "accuracy falls{seen} from {first_value} in epoch {epoch} to {second_value} at the end, "
        "over seeds that did not choose the epoch.",
        "alike": "Stopping early would have gained nothing: with {share} of random labels test "
        "accuracy ends where it stood at its best, at {second_value}.",
    },
)

THEORY = Statement(
    "random-labels.theory",
    {
        "agrees": "That one network under one training fits noise and true labels alike, and "
        "generalizes only from the latter, is why @zhang2017understanding argue that capacity "
        "alone does not explain generalization.",
        "open": "The literature expects a network of enough parameters to fit random labels "
        "completely [@zhang2017understanding]; {these} not get that far, so {they} not test "
        "the expectation.",
    },
)

DIVERGED = lost_statement("random-labels")

SPARE = (PEAK, FIRST_STEP, LOSS_RISES, MEMORIZED, OTHER)

share = partial(fmt.percent, decimals=0)
"""A share of random labels: 20 %."""


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """Whether random labels are fitted and how it shows, then what they cost.

    Of several networks all enter the first sentence; the others are about the first network, and
    each further one has a sentence on what it pays.
    """
    every = record.frame(Run)
    parts = networks(every)
    (name, runs), *others = parts.items()
    most = _most(runs)
    finite = known(most, ACCURACY_OF)
    intact = not random_test(record)
    it = Label(f"*{escape(name)}*" if others else "the network")
    by, of = (Label(f" {word} {it}" if others else "") for word in ("by", "of"))
    first = [_fit(record, parts)] if any(len(_most(part)) for part in parts.values()) else []
    if len(finite):
        first.append(_chance(record, most, it) if intact else _test(record, finite))
        first += [*_speed(record, runs, by), *([_loss(record, finite)] if intact else [])]
    second = _price(record, runs, of) if intact else []
    second += _memorized(record, runs)
    if intact:
        second += _peak(record, runs)
        second += _theory(record, every, first[0]) if len(finite) else []
        second += [c for other, part in others for c in _other(record, other, part)]
    second += lost_runs(DIVERGED, record, every, ACCURACY_OF)
    return (tuple(first), tuple(second))


def top_threshold(record: Record) -> float:
    """The training accuracy from which on labels count as fitted."""
    return float(record.frame(Fit)["threshold"].max())


def networks(runs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The runs of each case by its name, in the record's order; of a single one, without a name."""
    if runs["case"].isna().any():
        return {"": runs}
    return {str(name): part for name, part in runs.groupby("case", sort=False)}


def random_test(record: Record) -> bool:
    """Whether test labels were drawn anew as well."""
    return record.settings.get("test_labels") == "random"


def fits_of(record: Record, runs: pd.DataFrame) -> pd.DataFrame:
    """When these runs, of one case, reached the thresholds."""
    fits = record.frame(Fit)
    several = fits["case"].nunique() > 1
    return fits[fits["case"].isin(runs["case"])] if several else fits


def chance_of(record: Record) -> float:
    """Accuracy of guessing."""
    return float(record.metrics["chance"])  # type: ignore[arg-type]


def _most(runs: pd.DataFrame) -> pd.DataFrame:
    most: pd.DataFrame = runs[(runs["fraction"] > 0) & (runs["fraction"] == runs["fraction"].max())]
    return most


def _fit(record: Record, parts: Mapping[str, pd.DataFrame]) -> Claim:
    """By the best epoch of each run: the last one may stand on a spike of the optimizer."""
    threshold = top_threshold(record)
    most = pd.concat([_most(part) for part in parts.values()])
    finite = most[ACCURACY_OF].notna()
    best = most[Run.train_accuracy].map(lambda c: max(c, default=math.nan)).where(finite)
    found = reaching(best.items(), threshold)
    missed = "falling" if _still_falling(most) else "stuck"
    rows = {name: _most(part).index for name, part in parts.items()}
    counts = [_reaching(best[own], threshold, name) for name, own in rows.items() if len(own)]
    several, one = len(counts) > 1, len(most) == 1
    last = max((epochs[-1] for epochs in most[Run.epoch] if epochs), default=0)
    low, high = _bounds(best)
    fits = f"Each of the {fmt.words(len(counts))} networks fits" if several else "The network fits"
    return FIT(
        missed if found.extent in ("none", "none_known") else found.extent,
        used(record, most, Run.train_accuracy, Run.train_loss, Run.diverged_at),
        found,
        fits=Markdown(fits),
        counts=join(counts),
        still=Label(STILL if _still_falling(most[best < threshold]) else ""),
        n=fmt.plural(len(most), "run" if several else "seed"),
        all=fmt.plural(len(most), "run"),
        number=fmt.words(len(found.yes)),
        total=fmt.words(found.total),
        every=each_of(found.known, "run"),
        none=Markdown("the one run does not fit" if one else "no run fits"),
        best=Markdown("its best" if one else "the best"),
        each=Markdown("" if one else " of each"),
        threshold=fmt.percent(threshold, 0),
        lowest=low,
        range=fmt.between(low, high) if best.nunique() > 1 else Markdown(f"at {low}"),
        epochs=Markdown(f"{fmt.count(last)} {'epoch' if last == 1 else 'epochs'}"),
    )


def _bounds(shares: pd.Series) -> tuple[Markdown, Markdown]:
    """The least and the most of the shares that are known, in percent."""
    found = span(shares)
    return bounds(found.low, found.high, fmt.percent, decimals=3)


def _reaching(best: pd.Series, threshold: float, name: str) -> str:
    """`none of six runs of *MLP* (each gets to 97.9 % or more)`."""
    yes = int((best >= threshold).sum())
    which = f"{out_of(yes, len(best), 'run')}{f' of *{escape(name)}*' if name else ''}"
    if yes == best.count():
        return which
    each = "each that did not diverge" if best.isna().any() else "each"
    return f"{which} ({each} gets to {_bounds(best)[0]} or more)"


def _still_falling(most: pd.DataFrame) -> bool:
    """Whether the last quarter lowers the training loss of more than half of the runs."""
    curves = zip(most[Run.epoch], most[Run.train_loss], strict=True)
    falls = [
        curve[-1] < FALLING * curve[min(last_part(epochs, QUARTER), len(curve) - 2)]
        for epochs, curve in curves
        if len(curve) > 2
    ]
    return bool(2 * sum(falls) > len(falls))


def _chance(record: Record, most: pd.DataFrame, it: Label) -> Claim:
    scored = seed_group("trained on random labels", most, ACCURACY_OF)
    guessing = Group("guessing", dict.fromkeys(scored.values, chance_of(record)))
    return CHANCE(
        compare(scored, guessing, ACCURACY),
        used(record, most, ACCURACY_OF),
        it=it,
    )


def _test(record: Record, finite: pd.DataFrame) -> Claim:
    return TEST(
        "random",
        used(record, finite, ACCURACY_OF),
        accuracy=fmt.accuracy(mean(finite[ACCURACY_OF])),
        chance=fmt.accuracy(chance_of(record)),
    )


def _by_share(runs: pd.DataFrame) -> tuple[list[float], dict[str, Group]]:
    """The shares of random labels with a result, rising, and the test accuracies at every share."""
    groups = seed_groups(runs, "fraction", ACCURACY_OF)
    return sorted(float(key) for key, group in groups.items() if group.known()), groups


def _other(record: Record, name: str, runs: pd.DataFrame) -> list[Claim]:
    """Test accuracy of a further network with the most random labels against the fewest."""
    shares, groups = _by_share(runs)
    if len(shares) < 2:
        return []
    found = compare(groups[str(shares[-1])], groups[str(shares[0])], ACCURACY)
    based = used(record, runs, Run.case, Run.fraction, ACCURACY_OF)
    return [OTHER(found, based, case=label(name), **_ends(shares))] if found.n else []


def _ends(shares: Sequence[float]) -> dict[str, Label]:
    return {"low": Label(share(shares[0])), "high": Label(share(shares[-1]))}


def _speed(record: Record, runs: pd.DataFrame, by: Label) -> list[Claim]:
    """Epochs to the highest threshold, on wholly random against true labels."""
    threshold, fits = top_threshold(record), fits_of(record, runs)
    low, high = runs[Run.fraction].min(), runs[Run.fraction].max()
    if low != 0 or high == 0:
        return []
    chosen = fits[(fits[Fit.threshold] == threshold) & fits[Fit.fraction].isin([low, high])]
    based = used(record, chosen, Fit.epoch)
    labels = {"threshold": Label(fmt.percent(threshold, 0)), "by": by}
    groups = seed_groups(chosen, Fit.fraction, Fit.epoch)
    true, random = (groups[str(fraction)] for fraction in (low, high))
    if true.missing() or random.missing():
        yes, no = (out_of(len(g.known()), g.planned, "run") for g in (true, random))
        return [SELDOM("random", based, **labels, true=yes, random=no)]
    # An epoch of 0 (fitted before training) has no ratio: it counts as the first.
    later, sooner = (
        Group(g.label, {r: max(1.0, v) for r, v in g.known().items()}) for g in (random, true)
    )
    return [SPEED(compare(later, sooner, EPOCHS), based, **labels)]


def _loss(record: Record, finite: pd.DataFrame) -> Claim:
    """The test loss at the end against that before training."""
    end, start = (
        seed_group(name, finite.assign(at=finite[Run.test_loss].str[place]), "at")
        for name, place in (("end", -1), ("start", 0))
    )
    return LOSS_RISES(compare(end, start, LOSS), used(record, finite, Run.test_loss))


def _price(record: Record, runs: pd.DataFrame, of: Label) -> list[Claim]:
    """What random labels cost over all shares, and what the smallest share of them does."""
    shares, groups = _by_share(runs)
    if len(shares) < 2:
        return []
    found = trend([(key, float(key)) for key in groups], list(groups.values()), ACCURACY)
    based = used(record, runs, Run.fraction, ACCURACY_OF)
    whole = PRICE(found, based, of=of, **_ends(shares))
    none, some = shares[:2]
    step = compare(groups[str(some)], groups[str(none)], ACCURACY)
    if len(shares) == 2 or none != 0 or not step.n:
        return [whole]
    based = used(record, runs[runs[Run.fraction].isin([none, some])], ACCURACY_OF)
    return [whole, FIRST_STEP(step, based, share=Label(share(some)))]


def _memorized(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """How many of the labels that the corruption changed are given back, where others are true."""
    partly = runs[(runs["fraction"] > 0) & (runs["fraction"] < 1)]
    shares, threshold = partly[Run.changed_fitted], top_threshold(record)
    found = reaching(shares.items(), threshold)
    if not found.known:
        return []
    low, high = _bounds(shares.astype(float))
    return [
        MEMORIZED(
            found.extent,
            used(record, partly, Run.changed_fitted),
            found,
            number=fmt.words(len(found.yes)),
            total=fmt.words(found.total),
            known=all_of(found.known, "run"),
            every=each_of(found.known, "run"),
            threshold=fmt.percent(threshold, 0),
            least=Markdown("all" if shares.min() == 1 else f"at least {low}"),
            lowest=low,
            highest=high,
        )
    ]


def _peak(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """Whether test accuracy falls back after its best epoch, at the middle share."""
    done = known(runs, ACCURACY_OF)
    partly = sorted({float(f) for f in done["fraction"] if 0 < f < 1})
    if not partly:
        return []
    fraction = partly[(len(partly) - 1) // 2]
    chosen = done[done["fraction"] == fraction]
    found = against_best(chosen, Run.test_accuracy, "highest", ACCURACY)
    if found is None or not PEAK.says((fall := found[1].flipped()).verdict):
        return []
    labels = {"share": Label(share(fraction)), "epoch": Label(fmt.count(found[0]))}
    return [PEAK(fall, used(record, chosen, Run.test_accuracy), **labels)]


def _theory(record: Record, runs: pd.DataFrame, fit: Claim) -> list[Claim]:
    """Whether these runs test, and bear out, what the literature says."""
    if fit.verdict in ("falling", "stuck"):
        they = Markdown("it does" if len(runs) == 1 else "they do")
        return [THEORY("open", fit.evidence, these=runs_that(len(runs), "do"), they=they)]
    true = known(runs[runs[Run.fraction] == 0], ACCURACY_OF)
    if true.empty or fit.verdict not in ("all", "all_known"):
        return []
    threshold = top_threshold(record)
    fitted = all(max(curve) >= threshold for curve in true[Run.train_accuracy])
    learned = bool((true[ACCURACY_OF] > LEARNED * chance_of(record)).all())
    based = [*fit.evidence, *used(record, true, Run.train_accuracy, ACCURACY_OF)]
    return [THEORY("agrees", based)] if fitted and learned else []
