"""What is said about training on a task: whether depth pays, which model is best, overfitting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from report.claims.claim import Claim, Evidence, Statement, evidence
from report.claims.contrast import ACCURACIES, LOSSES, Contrast, Label, Overall, label
from report.claims.length import shortened
from report.numbers.comparison import Comparison, compare, pooled
from report.numbers.extremes import chosen_by_half
from report.numbers.parts import Parts
from report.numbers.quantifiers import span
from report.numbers.samples import Group
from report.numbers.scales import ACCURACY, LOSS
from report.numbers.selection import best
from report.records import Model, Record
from report.sections.aligned import aligned
from report.sections.groups import seed_group, seed_groups
from report.sections.lost import lost_runs, lost_statement
from report.words import format as fmt
from report.words.markdown import Markdown, escape, join

NEARLY = 1.1
"""Factor between two numbers of parameters up to which models are called of nearly equal size."""

DEPTH = Overall(
    "train-on-task.depth",
    {
        "more": "Depth pays here: of {parts} the deepest classify better than the shallowest"
        "{caveat}.",
        "less": "Depth does not pay here: of {parts} the deepest classify worse than the "
        "shallowest{caveat}.",
        "alike": "Depth makes no difference that matters here, neither for better nor for worse: "
        "of {parts} the deepest and the shallowest classify equally well{caveat}.",
        "undecided": "Whether depth pays stays open: of {parts} neither the deepest nor the "
        "shallowest are shown to classify better{caveat}.",
        "differ": "Whether depth pays depends on the networks and the task: {order}{caveat}.",
        "partly_more": "Depth pays for {more}, of which the deepest classify better than the "
        "shallowest; for {undecided} it stays open{caveat}.",
        "partly_less": "Depth does harm to {less}, of which the deepest classify worse than the "
        "shallowest; for {undecided} it stays open{caveat}.",
        "partly_alike": "Depth makes no difference that matters for {alike}; for {undecided} it "
        "stays open{caveat}.",
    },
    headline=True,
)

DEPTH_ON = Contrast(
    "train-on-task.depth-on",
    {
        "more": "Of {family}, {deep} reach {first_value} of the test images and {shallow} "
        "{second_value}, a lead of {size} (95 % interval {interval}, {n}{left_out}).",
        "seen_more": "Of {family}, {deep} reach {first_value} of the test images and {shallow} "
        "{second_value}, with the deep network ahead in {all}.",
        "less": "Of {family}, {deep} reach only {first_value} of the test images and {shallow} "
        "{second_value}, {size} more (95 % interval {interval}, {n}{left_out}).",
        "seen_less": "Of {family}, {deep} reach only {first_value} of the test images and "
        "{shallow} {second_value}, with the shallow network ahead in {all}.",
        "alike": "Of {family}, {deep} reach {first_value} of the test images and {shallow} "
        "{second_value}, too close to matter.",
        "undecided": "Of {family}, {deep} reach {first_value} of the test images and {shallow} "
        "{second_value}; more seeds would have to tell them apart ({n}{decide}).",
        "nothing": "Of {family}, no seed gave a result for both the deepest and the shallowest.",
    },
    about="key",
    quantity=ACCURACIES,
)

FAMILY = Contrast(
    "train-on-task.family",
    {
        "more": "Convolution counts for more than size on {dataset}: *{conv}* with "
        "{conv_parameters} parameters reaches {first_value}, *{dense}* with {dense_parameters} "
        "only {second_value}.",
        "seen_more": "Convolution counts for more than size on {dataset}: *{conv}* with "
        "{conv_parameters} parameters reaches {first_value} and is ahead of *{dense}* with "
        "{dense_parameters} and {second_value} in {all}.",
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
        "alone": "On {dataset}, *{best}* ({parameters} parameters) classifies best, with "
        "{accuracy} of the test images; all other models are worse.",
        "some": "On {dataset}, *{best}* ({parameters} parameters) comes out first with {accuracy} "
        "of the test images, though {others} may be as good.",
        "among": "On {dataset}, *{best}* ({parameters} parameters) comes out first with {accuracy} "
        "of the test images, but no model is shown to be worse.",
        "observed": "On {dataset}, *{best}* ({parameters} parameters) reaches {accuracy} of the "
        "test images, the most of all; these are too few runs to rank the models.",
        "single_model": "On {dataset}, *{best}* ({parameters} parameters) reaches {accuracy} of "
        "the test images.",
        "nothing": "On {dataset}, no run ended with a finite loss.",
    },
    headline=True,
    about="dataset",
)

GAP = Contrast(
    "train-on-task.gap",
    {
        "more": "The training images are known better than others: for *{model}*, {first_value} "
        "against {second_value}, the widest gap on {dataset}.",
        "seen_more": "The training images are known better than others: for *{model}*, "
        "{first_value} against {second_value}, the widest gap on {dataset} and open in {all}.",
        "alike": "What is learned on {dataset} holds for new images too: no model shows a gap "
        "between training and test accuracy that matters.",
        "undecided": "The widest gap between training and test accuracy on {dataset} is that of "
        "*{model}*, {first_value} against {second_value} ({n}).",
        "less": "No model does better on the training images of {dataset} than on the test images.",
        "seen_less": "No model does better on the training images of {dataset} than on the test "
        "images, in {all}.",
    },
    about="dataset",
    quantity=ACCURACIES,
)

OVERFITTING = Contrast(
    "train-on-task.overfitting",
    {
        "more": "The test loss of *{model}* is lowest at epoch {epoch}, {second_value}, and then "
        "rises to {first_value}: training on {dataset} went on for too long.",
        "seen_more": "The test loss of *{model}* is lowest at epoch {epoch}, {second_value}, and "
        "then rises to {first_value}, in {all} that did not choose the epoch: training on "
        "{dataset} went on for too long.",
        "alike": "The test loss on {dataset} shows no sign of training for too long: no model ends "
        "above its lowest by more than matters.",
        "undecided": "Whether any test loss on {dataset} rises towards the end stays open: that of "
        "*{model}* goes from {second_value} at epoch {epoch} to {first_value}.",
        "less": "The test loss on {dataset} still falls at the end.",
        "seen_less": "The test loss on {dataset} still falls at the end, in {all}.",
    },
    about="dataset",
    quantity=LOSSES,
)

FALLING = Statement(
    "train-on-task.falling",
    {
        "all": "No test loss on {dataset} had passed its lowest: none of the models was trained "
        "for too long."
    },
    about="dataset",
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


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """The answer about depth, then each data set: its best model, its gap, its overfitting."""
    runs = record.frame("runs")
    datasets = [str(name) for name in dict.fromkeys(runs["dataset"])]
    families = [f for name in datasets for f in _families(record, runs, name)]
    answer = _depth(record, families)
    paragraphs = [answer]
    for name in datasets:
        rows = runs[runs["dataset"] == name]
        done = rows[rows["final_test_accuracy"].notna()]
        claims = [_best(record, rows, name)]
        if len(done):
            claims += [*_family(record, rows, name), *_gap(record, done, name)]
            claims += _overfitting(record, done, name)
        paragraphs.append(claims)
    paragraphs.append(lost_runs(DIVERGED, record, runs, "final_test_accuracy"))
    return shortened(paragraphs, (GAP, DEPTH_ON, FAMILY, OVERFITTING))


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
    return model.architecture.startswith("conv")


def _families(record: Record, runs: pd.DataFrame, dataset: str) -> Iterator[Family]:
    rows = runs[runs["dataset"] == dataset]
    models = _present(record, rows)
    groups = seed_groups(rows, "model", "final_test_accuracy")
    pairs = pooled(list(groups.values()), ACCURACY) if len(groups) > 1 else {}
    for kind, words in ((False, "MLPs"), (True, "CNNs")):
        family = [model for model in models if _convolutional(model) == kind]
        if len(family) < 2:
            continue
        deep = max(family, key=lambda model: model.depth)
        shallow = min(family, key=lambda model: model.depth)
        if deep.depth == shallow.depth:
            continue
        found = pairs.get((deep.name, shallow.name))
        if found is None:
            found = pairs[shallow.name, deep.name].flipped()
        yield Family(
            title=Label(f"the {words} on {escape(dataset)}"),
            key=label(f"{words} {dataset}"),
            deep=deep,
            shallow=shallow,
            rows=rows[rows["model"].isin([deep.name, shallow.name])],
            found=found,
        )


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
            ("of {} the deepest classify better", "more"),
            ("of {} the shallowest classify better", "less"),
            ("for {} it makes no difference that matters", "alike"),
            ("for {} it stays open", "undecided"),
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
                deep=Label(f"those of {fmt.plural(family.deep.depth, 'layer')}"),
                shallow=Label(f"those of {fmt.words(family.shallow.depth)}"),
            )
            for family in chosen
        ),
    ]


def _best(record: Record, rows: pd.DataFrame, dataset: str) -> Claim:
    """The models that may be the best, with the errors of all comparisons held together."""
    groups = [g for g in seed_groups(rows, "model", "final_test_accuracy").values() if g.known()]
    name = escape(dataset)
    if not groups:
        return BEST("nothing", [evidence(record, "runs", "diverged_at")], dataset=name)
    if len(groups) == 1:
        first, verdict, others = groups[0].label, "single_model", ""
    else:
        found = best(groups, ACCURACY, highest=True)
        first = found.first
        others = join([f"*{escape(one)}*" for one in found.among if one != first])
        verdict = "alone" if found.alone else "some" if found.beaten else "among"
        verdict = verdict if found.decided else "observed"
    known = next(g for g in groups if g.label == first).known()
    sizes = {model.name: model.parameters for model in record.models}
    return BEST(
        verdict,
        _used(record, rows),
        dataset=name,
        best=escape(first),
        others=Markdown(others),
        parameters=fmt.count(sizes.get(first)),
        accuracy=fmt.accuracy(sum(known.values()) / len(known)),
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
    pairs = pooled(list(groups.values()), ACCURACY)
    found = pairs.get((conv.name, dense.name))
    found = found or pairs[dense.name, conv.name].flipped()
    if found.n == 0:
        return []
    return [
        FAMILY(
            found,
            _used(record, rows[rows["model"].isin([conv.name, dense.name])]),
            dataset=label(dataset),
            conv=label(conv.name),
            dense=label(dense.name),
            conv_parameters=Label(fmt.count(conv.parameters)),
            dense_parameters=Label(fmt.count(dense.parameters)),
        )
    ]


def _gap(record: Record, done: pd.DataFrame, dataset: str) -> list[Claim]:
    """Training against test accuracy, of the model where they are farthest apart."""
    gaps = (done["final_train_accuracy"] - done["final_test_accuracy"]).groupby(done["model"])
    widest = str(gaps.mean().idxmax())
    rows = done[done["model"] == widest]
    train = seed_group("training images", rows, "final_train_accuracy")
    test = seed_group("test images", rows, "final_test_accuracy")
    used = _used(record, rows, "final_train_accuracy", "final_test_accuracy")
    found = compare(train, test, ACCURACY)
    return [GAP(found, used, dataset=label(dataset), model=label(widest))]


def _overfitting(record: Record, done: pd.DataFrame, dataset: str) -> list[Claim]:
    """Test loss at the end against its lowest, of the model where it has risen most.

    One half of the seeds chooses the epoch, the others measure the rise: noise has no favor.
    """
    found: list[tuple[Comparison, str, float, pd.DataFrame]] = []
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
        rise = compare(end, Group("lowest", dict(lowest.values)), LOSS)
        found.append((rise, str(model), epochs[lowest.place], rows))
    if not found:
        used = _used(record, done, "test_loss")
        return [FALLING("all", used, dataset=escape(dataset))] if measured else []
    rise, model_name, epoch, rows = max(found, key=lambda item: item[0].value)
    return [
        OVERFITTING(
            rise,
            _used(record, rows, "test_loss"),
            dataset=label(dataset),
            model=label(model_name),
            epoch=Label(fmt.count(epoch)),
        )
    ]
