"""What is said about training on a task: whether depth pays, which model is best, overfitting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import pandas as pd

from report.claims.claim import Claim, Evidence, Line, Statement, evidence
from report.claims.contrast import ACCURACIES, LOSSES, Contrast, Label, Overall, all_of, label
from report.claims.length import shortened
from report.numbers.comparison import Comparison, compare
from report.numbers.extremes import chosen_by_half
from report.numbers.parts import Parts
from report.numbers.quantifiers import Count, count, span
from report.numbers.samples import Group
from report.numbers.scales import ACCURACY, LOSS
from report.numbers.selection import best, holm
from report.numbers.statistics import mean, median
from report.records import Model, Record
from report.sections.aligned import aligned
from report.sections.groups import against, seed_group, seed_groups
from report.sections.lost import lost_runs, lost_statement
from report.words import format as fmt
from report.words.markdown import Markdown, escape, join

NEARLY = 1.1
"""Factor between the numbers of parameters up to which models are compared by their depth alone."""
LEARNED = 0.95
"""Share of its first training loss below which a run must come to have learned anything."""

DEPTH = Overall(
    "train-on-task.depth",
    {
        "more": "Depth pays: among {parts}, the deepest networks classify better than the "
        "shallowest{caveat}.",
        "less": "Depth does not pay: among {parts}, the deepest networks classify worse than the "
        "shallowest{caveat}.",
        "alike": "Depth makes no difference that matters: among {parts}, the deepest and the "
        "shallowest networks classify equally well{caveat}.",
        "undecided": "Whether depth pays stays open: among {parts}, neither the deepest nor the "
        "shallowest networks are shown to classify better{caveat}.",
        "differ": "Whether depth pays depends on the networks and the task: {order}{caveat}.",
        "partly_more": "Depth pays among {more}, where the deepest networks classify better than "
        "the shallowest; among {undecided} it stays open{caveat}.",
        "partly_less": "Depth does harm among {less}, where the deepest networks classify worse "
        "than the shallowest; among {undecided} it stays open{caveat}.",
        "partly_alike": "Among {alike}, depth makes no difference that matters; among {undecided} "
        "it stays open{caveat}.",
    },
    headline=True,
    line=Line(
        "Does depth pay on images?",
        {
            "more": ("Yes, in every comparison.", "{strength} more among {strongest}"),
            "less": ("No, it does harm.", "{strength} less among {strongest}"),
            "alike": ("It makes no difference that matters.", "{strength} among {strongest}"),
            "undecided": ("The runs do not decide.", "{strength} among {strongest}"),
            "differ": ("That depends on network and task.", "{strength} among {strongest}"),
            "partly_more": (
                "In part; elsewhere it stays open.",
                "{strength} more among {strongest}",
            ),
            "partly_less": (
                "In part it does harm, else open.",
                "{strength} less among {strongest}",
            ),
            "partly_alike": ("In part it makes no difference.", "{strength} among {strongest}"),
        },
        "accuracy",
    ),
)

DEPTH_ON = Contrast(
    "train-on-task.depth-on",
    {
        "more": "Among {family}, {deep} get {first_value} of the test images right and {shallow} "
        "{second_value}, a lead of {size} (95 % interval {interval}, {n}{left_out}).",
        "seen_more": "Among {family}, {deep} get {first_value} of the test images right and "
        "{shallow} {second_value}, with the deep network ahead in {all}.",
        "less": "Among {family}, {deep} get only {first_value} of the test images right, but "
        "{shallow} {second_value}, {size} more (95 % interval {interval}, {n}{left_out}).",
        "seen_less": "Among {family}, {deep} get only {first_value} of the test images right and "
        "{shallow} {second_value}, with the shallow network ahead in {all}.",
        "alike": "Among {family}, {deep} get {first_value} of the test images right and {shallow} "
        "{second_value}, too close to matter.",
        "undecided": "Among {family}, {deep} get {first_value} of the test images right and "
        "{shallow} {second_value}, which these runs cannot tell apart ({n}{left_out}{decide}).",
    },
    about="key",
    quantity=ACCURACIES,
)

FAMILY = Contrast(
    "train-on-task.family",
    {
        "more": "{helps} on {dataset}: *{conv}* with {conv_parameters} parameters reaches "
        "{first_value}, *{dense}* with {dense_parameters} only {second_value}.",
        "seen_more": "{helps} on {dataset}: *{conv}* with {conv_parameters} parameters reaches "
        "{first_value} and is ahead of *{dense}* with {dense_parameters} and {second_value} in "
        "{all}.",
        "less": "On {dataset} convolution does not help: *{conv}* reaches {first_value}, *{dense}* "
        "{second_value}.",
        "seen_less": "On {dataset} convolution does not help: *{conv}* reaches {first_value} and "
        "is behind *{dense}* with {second_value} in {all}.",
        "alike": "On {dataset} the best network with convolutions, *{conv}*, and the best without, "
        "*{dense}*, classify equally well, at {first_value} and {second_value}.",
        "undecided": "On {dataset} neither the best network with convolutions nor the best without "
        "is shown to be better: *{conv}* reaches {first_value}, *{dense}* {second_value} ({n}).",
    },
    about="dataset",
    quantity=ACCURACIES,
)

BEST = Statement(
    "train-on-task.best",
    {
        "alone": "On {dataset}{among}, *{best}* ({parameters} parameters) classifies best, with "
        "{accuracy} of the test images, and every other model is worse.",
        "some": "On {dataset}{among}, *{best}* ({parameters} parameters) comes out first with "
        "{accuracy} of the test images, though {others} may be as good.",
        "among": "On {dataset}{among}, *{best}* ({parameters} parameters) comes out first with "
        "{accuracy} of the test images, but no model is shown to be worse.",
        "seen": "On {dataset}{among}, *{best}* ({parameters} parameters) is ahead of every other "
        "model in {all}, with {accuracy} of the test images.",
        "observed": "On {dataset}{among}, *{best}* ({parameters} parameters) comes out first with "
        "{accuracy} of the test images; these are too few runs to rank the models.",
        "level": "On {dataset}{among}, all models get {accuracy} of the test images right.",
        "single_model": "On {dataset}{among}, *{best}* ({parameters} parameters) gets {accuracy} "
        "of the test images right.",
        "nothing": "On {dataset}{among}, no run ended with a finite loss.",
    },
    about="dataset",
)

OUTSIDE = Statement(
    "train-on-task.outside",
    {
        "reaches": "Outside this comparison *{model}*, with {parameters} parameters{how}, gets "
        "{accuracy} of the test images of {dataset} right ({n}); it shows what can be reached, and "
        "nothing about depth alone.",
        "nothing": "Outside this comparison no run of *{model}* on {dataset} ended with a finite "
        "loss.",
    },
    about="model",
)

GAP = Statement(
    "train-on-task.gap",
    {
        "all": "Every model knows the training images of {dataset} better than new ones, "
        "*{model}* by the most: {train} against {test}.",
        "some": "The training images of {dataset} are known better than new ones by {models}, with "
        "the widest gap, {train} against {test}, for *{model}*.",
        "none": "What is learned on {dataset} holds for new images too: no model does better on "
        "its training images by more than matters.",
        "open": "The widest gap between training and test images on {dataset} is that of "
        "*{model}*, {train} against {test}, which these runs do not tell from chance.",
    },
    about="dataset",
)

OVERFITTING = Statement(
    "train-on-task.overfitting",
    {
        "some": "Training on {dataset} went on for too long for {models}: the test loss of "
        "*{model}* rises from {lowest} at epoch {epoch} to {end}.",
        "none": "No test loss on {dataset} rises by more than matters after its lowest point, so "
        "that no model was trained for too long.",
        "open": "Whether any test loss on {dataset} rises towards the end stays open: that of "
        "*{model}* is {end} at the end, after {lowest} at epoch {epoch}.",
    },
    about="dataset",
)

STUCK = Statement(
    "train-on-task.stuck",
    {
        "some": "Of {total} runs, {number} learned next to nothing and stayed at the loss of an "
        "untrained network.",
        "all": "Nothing was learned: all runs stayed at the loss of an untrained network.",
    },
)

DIVERGED = lost_statement("train-on-task")


@dataclass(frozen=True)
class Family:
    """Models of one kind on one data set, and what the deepest gains over the shallowest."""

    title: Label
    key: Label
    deep: Model
    shallow: Model
    rows: pd.DataFrame
    found: Comparison

    @property
    def equal(self) -> bool:
        """Whether both are of nearly equal size."""
        sizes = sorted([self.deep.parameters, self.shallow.parameters])
        return sizes[1] <= NEARLY * sizes[0]


SPARE = (GAP, FAMILY, OVERFITTING, DEPTH_ON)
"""Statements that are left out first where there is no room."""


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """The answer about depth, then each data set: its best model, its gap, its overfitting."""
    runs = record.frame("runs")
    every, runs = runs, compared(runs)
    datasets = [str(name) for name in dict.fromkeys(runs["dataset"])]
    families = [f for name in datasets for f in _families(record, runs, name)]
    answer = _depth(record, families)
    paragraphs = [answer]
    for name in datasets:
        rows = runs[runs["dataset"] == name]
        done = rows[rows["final_test_accuracy"].notna()]
        # Where depth cannot be compared, the best model is the answer.
        among = f", among the {fmt.words(rows['model'].nunique())} networks compared"
        aside = every[(every["dataset"] == name) & ~every.index.isin(runs.index)]
        first = _best(record, rows, name, Markdown(among if len(aside) else ""))
        claims = [replace(first, headline=not answer)]
        if len(done):
            claims += [*_family(record, rows, name), _gap(record, done, name)]
            claims += _overfitting(record, done, name)
        claims += [_outside(record, part) for _, part in aside.groupby("model", sort=False)]
        paragraphs.append(claims)
    lost = lost_runs(DIVERGED, record, every, "final_test_accuracy")
    paragraphs.append([*_stuck(record, every), *lost])
    return shortened(paragraphs, SPARE)


def compared(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs without those of networks that stand outside the comparison."""
    if "outside" not in runs:
        return runs
    inside = runs[runs["outside"].isna()]
    return inside if len(inside) else runs


def _outside(record: Record, rows: pd.DataFrame) -> Claim:
    """What a network outside the comparison reaches, and how it was trained."""
    name, dataset = (str(rows[column].iloc[0]) for column in ("model", "dataset"))
    done = rows[rows["final_test_accuracy"].notna()]
    about = {"model": escape(name), "dataset": escape(dataset)}
    if done.empty:
        return OUTSIDE("nothing", _used(record, rows, "diverged_at"), **about)
    augmented = any(
        (comparison.get("training") or {}).get("augmentation")
        for comparison in cast(list[dict[str, Any]], record.settings.get("comparisons", []))
        if any(model["name"] == name for model in comparison.get("models", ()))
    )
    sizes = {model.name: model.parameters for model in record.models}
    return OUTSIDE(
        "reaches",
        _used(record, rows),
        **about,
        parameters=fmt.count(sizes.get(name)),
        how=Markdown(" and trained on augmented images" if augmented else ""),
        accuracy=fmt.accuracy(mean(done["final_test_accuracy"])),
        n=Markdown(f"mean over {fmt.plural(len(done), 'seed')}")
        if len(done) > 1
        else fmt.plural(1, "seed"),
    )


def _used(record: Record, rows: pd.DataFrame, *columns: str) -> list[Evidence]:
    return [
        evidence(record, "runs", column, rows.index)
        for column in columns or ["final_test_accuracy"]
    ]


def _present(record: Record, rows: pd.DataFrame) -> list[Model]:
    """The models of these runs; none where one name stands for models of several sizes."""
    names = set(rows["model"])
    found = [model for model in record.models if model.name in names]
    return found if len(found) == len(names) else []


def _convolutional(model: Model) -> bool:
    return "conv" in model.architecture.lower()


def _families(record: Record, runs: pd.DataFrame, dataset: str) -> Iterator[Family]:
    rows = runs[runs["dataset"] == dataset]
    models = _present(record, rows)
    pair = against(list(seed_groups(rows, "model", "final_test_accuracy").values()), ACCURACY)
    for kind, words in ((False, "MLPs"), (True, "CNNs")):
        family = _of_one_size([model for model in models if _convolutional(model) == kind])
        if not family:
            continue
        deep = max(family, key=lambda model: model.depth)
        shallow = min(family, key=lambda model: model.depth)
        yield Family(
            title=Label(f"the {words} on {escape(dataset)}"),
            key=label(f"{words} {dataset}"),
            deep=deep,
            shallow=shallow,
            rows=rows[rows["model"].isin([deep.name, shallow.name])],
            found=pair(deep.name, shallow.name),
        )


def _of_one_size(models: list[Model]) -> list[Model]:
    """Those of nearly equal size that differ most in depth, else all; empty for a single depth."""

    def depths(chosen: list[Model]) -> int:
        return max(m.depth for m in chosen) - min(m.depth for m in chosen) if chosen else 0

    sets = [
        [m for m in models if one.parameters <= m.parameters <= NEARLY * one.parameters]
        for one in models
    ]
    widest = max(sets, key=depths, default=[])
    chosen = widest if depths(widest) else models
    return chosen if depths(chosen) else []


def _depth(record: Record, families: list[Family]) -> list[Claim]:
    """Over the families of nearly equal size, where there are any: there depth alone differs."""
    chosen = [f for f in families if f.equal and f.found.n] or [f for f in families if f.found.n]
    if not chosen:
        return []
    caveat = "" if chosen[0].equal else "; as these differ in size too, depth need not be the cause"
    whole = Parts({family.title: family.found for family in chosen})
    order = [
        words.format(join(where))
        for words, verdict in (
            ("it does among {}", "more"),
            ("it does harm among {}", "less"),
            ("it makes no difference that matters among {}", "alike"),
            ("it stays open among {}", "undecided"),
        )
        if (where := whole.having(verdict))
    ]
    rows = pd.concat([family.rows for family in chosen])
    answer = DEPTH(whole, _used(record, rows), caveat=Label(caveat), order=Label("; ".join(order)))
    return [
        answer,
        *(
            DEPTH_ON(
                family.found,
                _used(record, family.rows),
                key=family.key,
                family=family.title,
                deep=Label(f"those with {fmt.plural(family.deep.depth, 'hidden layer')}"),
                shallow=Label(f"those with {fmt.words(family.shallow.depth)}"),
            )
            for family in chosen
        ),
    ]


def _best(record: Record, rows: pd.DataFrame, dataset: str, among: Markdown) -> Claim:
    """The models that may be the best, with the errors of all comparisons held together."""
    groups = [g for g in seed_groups(rows, "model", "final_test_accuracy").values() if g.known()]
    name = escape(dataset)
    if not groups:
        used = [evidence(record, "runs", "diverged_at")]
        return BEST("nothing", used, dataset=name, among=among)
    if len(groups) == 1:
        first, verdict, others, every = groups[0].label, "single_model", "", Markdown("")
        center = mean(list(groups[0].known().values()))
    else:
        found = best(groups, ACCURACY, highest=True)
        first = found.first
        others = join([f"*{escape(one)}*" for one in found.among if one != first])
        leads = [found.against(group.label) for group in groups if group.label != first]
        lead = max(leads, key=lambda one: one.n)
        every, center = all_of(lead.n, "seed"), lead.centers[0]
        verdict = "alone" if found.alone else "some" if found.beaten else "among"
        if all(one.error is None for one in leads):
            seen = all(one.verdict == "seen_more" and one.n == lead.n for one in leads)
            verdict = "seen" if seen else "observed"
            if len({value for group in groups for value in group.known().values()}) == 1:
                verdict = "level"
        if not lead.n:
            center = median(list(next(g for g in groups if g.label == first).known().values()))
    sizes = {model.name: model.parameters for model in record.models}
    return BEST(
        verdict,
        _used(record, rows),
        dataset=name,
        among=among,
        best=escape(first),
        others=Markdown(others),
        parameters=fmt.count(sizes.get(first)),
        accuracy=fmt.accuracy(center),
        all=every,
    )


def _family(record: Record, rows: pd.DataFrame, dataset: str) -> list[Claim]:
    """The best network with convolutions against the best without."""
    models = _present(record, rows)
    groups = seed_groups(rows, "model", "final_test_accuracy")
    means = {
        model: sum(known.values()) / len(known)
        for model in models
        if (known := groups[model.name].known())
    }
    kinds = [[m for m in means if _convolutional(m) == kind] for kind in (True, False)]
    if not all(kinds):
        return []
    conv, dense = (max(kind, key=lambda model: means[model]) for kind in kinds)
    found = against(list(groups.values()), ACCURACY)(conv.name, dense.name)
    if found.n == 0:
        return []
    smaller = conv.parameters < dense.parameters
    helps = "Convolution counts for more than size" if smaller else "Convolution helps"
    return [
        FAMILY(
            found,
            _used(record, rows[rows["model"].isin([conv.name, dense.name])]),
            helps=Label(helps),
            dataset=label(dataset),
            conv=label(conv.name),
            dense=label(dense.name),
            conv_parameters=Label(fmt.count(conv.parameters)),
            dense_parameters=Label(fmt.count(dense.parameters)),
        )
    ]


def _more(found: dict[str, Comparison]) -> Count[str]:
    """Models of which the first group has more; None where that is open.

    The errors of all comparisons are held together (Holm). Few runs must all show more than what
    matters: that one of several models shows the same order in two or three runs is luck.
    """
    told = holm({model: one.chance for model, one in found.items()})

    def more(model: str) -> bool | None:
        one = found[model]
        beyond = one.verdict == "seen_more" and min(one.differences) >= (one.scale.width or 0.0)
        if beyond or (one.verdict == "more" and told[model]):
            return True
        never = max(one.differences, default=1.0) <= 0
        return False if never or one.verdict in ("alike", "less", "seen_less") else None

    return count(found, more)


def _extent(found: Count[str]) -> str:
    if found.yes:
        return "all" if found.extent == "all" and len(found.yes) > 1 else "some"
    return "none" if found.extent == "none" else "open"


def _named(models: Iterable[str]) -> Markdown:
    return Markdown(join([f"*{escape(model)}*" for model in models]))


def _gap(record: Record, done: pd.DataFrame, dataset: str) -> Claim:
    """Training against test accuracy, model by model."""
    gaps = {
        str(model): compare(
            seed_group("training images", rows, "final_train_accuracy"),
            seed_group("test images", rows, "final_test_accuracy"),
            ACCURACY,
        )
        for model, rows in done.groupby("model", sort=False)
    }
    wide = _more(gaps)
    widest = max(wide.yes or gaps, key=lambda model: gaps[model].value)
    shown = ACCURACIES.fields(gaps[widest])
    return GAP(
        _extent(wide),
        _used(record, done, "final_train_accuracy", "final_test_accuracy"),
        dataset=escape(dataset),
        models=_named(wide.yes),
        model=escape(widest),
        train=shown["first_value"],
        test=shown["second_value"],
    )


def _overfitting(record: Record, done: pd.DataFrame, dataset: str) -> list[Claim]:
    """Test loss at the end against its lowest, model by model.

    One half of the seeds chooses the epoch, the others measure the rise: noise has no favor.
    """
    rises: dict[str, Comparison] = {}
    epoch: dict[str, float] = {}
    measured = False
    for model, rows in done.groupby("model", sort=False):
        epochs, curves = aligned(rows, "test_loss")
        whole: dict[int | str, list[float]] = {
            int(seed): curve
            for seed, curve in zip(rows["seed"], curves, strict=True)
            if not span(curve).missing
        }
        if len(whole) < 2:
            continue
        measured = True
        lowest = chosen_by_half(whole, "lowest")
        if lowest.place == len(epochs) - 1:
            continue
        end = Group("end", {seed: whole[seed][-1] for seed in lowest.values})
        rises[str(model)] = compare(end, Group("lowest", dict(lowest.values)), LOSS)
        epoch[str(model)] = epochs[lowest.place]
    if not measured:
        return []
    used, name = _used(record, done, "test_loss"), escape(dataset)
    risen = _more(rises)
    verdict = "some" if risen.yes else "open" if risen.missing else "none"
    if verdict == "none":
        return [OVERFITTING("none", used, dataset=name)]
    model = max(risen.yes or risen.missing, key=lambda one: rises[one].value)
    shown = LOSSES.fields(rises[model])
    return [
        OVERFITTING(
            verdict,
            used,
            dataset=name,
            models=_named(risen.yes),
            model=escape(model),
            epoch=fmt.count(epoch[model]),
            lowest=shown["second_value"],
            end=shown["first_value"],
        )
    ]


def _stuck(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """Runs whose training loss never came clearly below that of the untrained network."""

    def learned(run: tuple[list[float], float | None]) -> bool | None:
        curve, accuracy = run
        if len(curve) < 2 or pd.isna(accuracy):
            return None
        return min(curve) < LEARNED * curve[0]

    rows = zip(runs["train_loss"], runs["final_test_accuracy"], strict=True)
    found = count(rows, learned)
    if not found.no:
        return []
    return [
        STUCK(
            "all" if len(found.no) == found.total else "some",
            _used(record, runs, "train_loss"),
            number=fmt.words(len(found.no)),
            total=fmt.words(found.total),
        )
    ]
