"""What is said about training on a task: whether depth pays, which model is best, overfitting."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple, cast

import pandas as pd

from report.claims.claim import Claim, Line, Statement, used
from report.claims.contrast import ACCURACIES, LOSSES, Contrast, Label, Overall, label
from report.numbers.comparison import Comparison, compare
from report.numbers.frames import known
from report.numbers.parts import Parts
from report.numbers.quantifiers import Count, count
from report.numbers.scales import ACCURACY, LOSS
from report.numbers.selection import best, holm
from report.numbers.statistics import mean, median
from report.records import Model, Record
from report.records.rows.train_on_task import Run
from report.sections.groups import against, against_best, measured_groups, seed_groups
from report.sections.lost import lost_runs, lost_statement
from report.words import format as fmt
from report.words.counts import all_of
from report.words.markdown import Markdown, escape, italics

NEARLY = 1.1
"""Factor between two numbers of parameters up to which models are compared by their depth."""
LEARNED = 0.95
"""Share of its first training loss below which a run must come to have learned anything."""

SCORE, TRAINED = Run.final_test_accuracy, Run.final_train_accuracy

DEPTH = Overall(
    "train-on-task.depth",
    {
        "more|less|alike": "Among {where}, depth [pays|does harm|makes no difference that "
        "matters]{seen}: the deepest networks classify [better than|worse than|as well as] the "
        "shallowest{caveat}{rest}.",
        "undecided": "Whether depth pays stays open: among {parts}, neither the deepest nor the "
        "shallowest networks are shown to classify better{caveat}.",
        "differ": "Whether depth pays depends on the networks and the task: {order}{caveat}.",
    },
    headline=True,
    line=Line.of(
        "Does depth pay on images?",
        "accuracy",
        "{strength} among {strongest}",
        more=("Yes.", "{strength} more among {strongest}"),
        less=("It does harm.", "{strength} less among {strongest}"),
        alike="It makes no difference that matters.",
        undecided="The runs do not decide.",
        differ="{told}.",
    ),
    brief={"more": "yes", "less": "no", "alike": "no"},
    noun="group",
    order={
        "more|less": "[it does|it does harm]",
        "alike|undecided": "[it makes no difference that matters|it stays open]",
    },
    word="among",
)

DEPTH_ON = Contrast(
    "train-on-task.depth-on",
    {
        "more|less": "Among {family}, {deep} get [|only ]{first_value} of the test images right "
        "and {shallow} {second_value}, {size} [less|more] ({support}).",
        "alike|undecided": "Among {family}, {deep} get {first_value} of the test images right and "
        "{shallow} {second_value}, [too close to matter|which these runs cannot tell apart "
        "({support}{decide})].",
    },
)

FAMILY = Contrast(
    "train-on-task.family",
    {
        "more": "{helps} on {dataset}: *{conv}* with {conv_parameters} parameters reaches "
        "{first_value}, *{dense}* with {dense_parameters} only {second_value}, {size} less "
        "({support}).",
        "less": "On {dataset} convolution does not help: *{conv}* reaches {first_value}, *{dense}* "
        "{second_value}, {size} more ({support}).",
        "alike": "On {dataset} the best network with convolutions, *{conv}*, and the best without, "
        "*{dense}*, classify equally well, at {first_value} and {second_value}.",
        "undecided": "On {dataset} neither the best network with convolutions nor the best without "
        "is shown to be better: *{conv}* reaches {first_value}, *{dense}* {second_value} "
        "({support}).",
    },
    about="dataset",
)

ONE = "On {dataset}{among}, *{best}* ({parameters} parameters) "
FIRST = f"{ONE}comes out first with {{accuracy}} of the test images"
BEST = Statement(
    "train-on-task.best",
    {
        "alone": f"{ONE}classifies best, with {{accuracy}} of the test images, and every other "
        "model is worse.",
        "slight": f"{FIRST}, but it leads {{others}} by less than the {{margin}} that matter.",
        "some": f"{FIRST}, though {{others}} may be as good.",
        "among": f"{FIRST}, but no model is shown to be worse.",
        "seen": f"{ONE}is ahead of every other model in {{all}}, with {{accuracy}} of the test "
        "images.",
        "observed": f"{FIRST}; these are too few runs to rank the models.",
        "single_model": f"{ONE}gets {{accuracy}} of the test images right.",
        "level": "On {dataset}{among}, all models get {accuracy} of the test images right.",
        "nothing": "On {dataset}{among}, no run ended with a finite loss.",
    },
    about="dataset",
    extents={"alone|slight|seen|level": "all", "some": "some", "among": "none"},
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
        "*{model}*, {train} against {test}, which may be chance.",
    },
    about="dataset",
    extents={"some": "some|all_known|all", "open": "none_known|nothing"},
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
    extents={"some": "some|all_known|all", "open": "none_known|nothing"},
)

STUCK = Statement(
    "train-on-task.stuck",
    {"counted": "{which} learned next to nothing and stayed at the loss of an untrained network."},
    extents={"counted": "some|all_known|all"},
)

DIVERGED = lost_statement("train-on-task")

SPARE = (FAMILY, OVERFITTING, DEPTH_ON, GAP, DEPTH_ON)


class Family(NamedTuple):
    """Models of one kind on one data set, and what the deepest gains over the shallowest.

    `equal` says whether these two are of nearly equal size; `claim` tells what was `found`.
    """

    kind: str
    equal: bool
    found: Comparison
    claim: Claim


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """The answer about depth, then each data set: its best model, its overfitting; then gaps."""
    every = record.frame(Run)
    runs = compared(every)
    datasets = list(dict.fromkeys(runs[Run.dataset]))
    families = [f for name in datasets for f in _families(record, runs, name)]
    answer = _depth(record, runs, families) if families else []
    paragraphs = [answer]
    gaps: list[tuple[float, Claim]] = []
    for name in datasets:
        rows, own = (frame[frame[Run.dataset] == name] for frame in (runs, every))
        done = known(own, SCORE)
        aside = own[~own.index.isin(rows.index)]
        among = f", among the {fmt.words(rows[Run.model].nunique())} networks compared"
        first = _best(record, rows, name, Markdown(among if len(aside) else ""))
        # Where depth cannot be compared, the best model is the answer.
        claims = [replace(first, headline=not answer)]
        if len(done):
            claims += _family(record, rows, name)
            # Where nothing was learned, nothing holds for new images either.
            gaps += [_gap(record, done, name)] if _stuck(done).no else []
            claims += _overfitting(record, done, name)
        claims += [_outside(record, part) for _, part in aside.groupby(Run.model, sort=False)]
        paragraphs.append(claims)
    last = lost_runs(DIVERGED, record, every, SCORE)
    stuck = _stuck(every)
    if stuck.yes:
        some = f"Of {fmt.plural(stuck.total, 'run')}, {fmt.words(len(stuck.yes))}"
        which = all_of(stuck.total, "run").capitalize() if stuck.extent == "all" else some
        based = used(record, every, Run.train_loss)
        last.insert(0, STUCK("counted", based, stuck, which=Markdown(which)))
    # The widest first: it is the last to be left out.
    widest = [claim for _, claim in sorted(gaps, key=lambda gap: -gap[0])]
    return tuple(map(tuple, (*paragraphs, [*widest, *last])))


def compared(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs without those of networks that stand outside the comparison."""
    inside = runs[runs[Run.outside].isna()]
    return inside if len(inside) else runs


def _outside(record: Record, rows: pd.DataFrame) -> Claim:
    """What a network outside the comparison reaches, and how it was trained."""
    name, dataset = rows[[Run.model, Run.dataset]].iloc[0]
    done = known(rows, SCORE)
    about = {"model": escape(name), "dataset": escape(dataset)}
    if done.empty:
        return OUTSIDE("nothing", used(record, rows, Run.diverged_at), **about)
    augmented = any(
        (one.get("training") or {}).get("augmentation")
        for one in cast(list[dict[str, Any]], record.settings.get("comparisons", []))
        if name in [model["name"] for model in one.get("models", ())]
    )
    seeds = fmt.plural(len(done), "seed")
    return OUTSIDE(
        "reaches",
        used(record, rows, SCORE),
        **about,
        parameters=_parameters(record, name),
        how=Markdown(" and trained on augmented images" if augmented else ""),
        accuracy=fmt.accuracy(mean(done[SCORE])),
        n=Markdown(f"mean over {seeds}" if len(done) > 1 else seeds),
    )


def _parameters(record: Record, name: str) -> Markdown:
    return fmt.count({model.name: model.parameters for model in record.models}.get(name))


def _kinds(record: Record, rows: pd.DataFrame) -> tuple[list[Model], list[Model]]:
    """The models of these runs, MLPs and CNNs; none where a name stands for several sizes."""
    names = set(rows[Run.model])
    found = [model for model in record.models if model.name in names]
    kinds: tuple[list[Model], list[Model]] = ([], [])
    for model in found if len(found) == len(names) else ():
        kinds["conv" in model.architecture.lower()].append(model)
    return kinds


def _families(record: Record, runs: pd.DataFrame, dataset: str) -> Iterator[Family]:
    """Of each kind the two models of nearly equal size, or of any, that differ most in depth."""
    rows = runs[runs[Run.dataset] == dataset]
    compare_two = against(list(seed_groups(rows, Run.model, SCORE).values()), ACCURACY)
    for words, models in zip(("MLPs", "CNNs"), _kinds(record, rows), strict=True):
        pairs = [(a, b) for a in models for b in models if a.depth > b.depth]
        if not pairs:
            continue
        sizes = {pair: sorted(model.parameters for model in pair) for pair in pairs}
        near = [pair for pair, (less, more) in sizes.items() if more <= NEARLY * less]
        deep, shallow = max(near or pairs, key=lambda pair: pair[0].depth - pair[1].depth)
        found = compare_two(deep.name, shallow.name)
        if not found.n:
            continue
        claim = DEPTH_ON(
            found,
            used(record, rows[rows[Run.model].isin([deep.name, shallow.name])], SCORE),
            key=label(f"{words} {dataset}"),
            family=Label(f"the {words} on {escape(dataset)}"),
            deep=Label(f"those with {fmt.plural(deep.depth, 'hidden layer')}"),
            shallow=Label(f"those with {fmt.words(shallow.depth)}"),
        )
        yield Family(f"the {words}", bool(near), found, claim)


def _depth(record: Record, runs: pd.DataFrame, families: list[Family]) -> list[Claim]:
    """Over the families of nearly equal size, where there are any: there depth alone differs."""
    chosen = [family for family in families if family.equal] or families
    caveat = "" if chosen[0].equal else "; as these differ in size too, depth need not be the cause"
    whole = Parts({one.claim.values["family"]: one.found for one in chosen})
    kinds: dict[str, str] = {one.claim.values["family"]: one.kind for one in chosen}
    rows = [row for family in chosen for row in family.claim.evidence[0].rows]
    # The strongest is the last to be left out.
    chosen.sort(key=lambda family: (not family.found.direction, -abs(family.found.value)))
    answer = DEPTH(whole, used(record, runs.loc[rows], SCORE), kinds, caveat=Label(caveat))
    return [answer, *(family.claim for family in chosen)]


def _best(record: Record, rows: pd.DataFrame, dataset: str, among: Markdown) -> Claim:
    """The models that may be the best, with the errors of all comparisons held together."""
    groups = {group.label: group for group in measured_groups(rows, Run.model, SCORE)}
    about = {"dataset": escape(dataset), "among": among}
    if not groups:
        return BEST("nothing", used(record, record.frame(Run), Run.diverged_at), **about)
    first, verdict, rivals = next(iter(groups)), "single_model", list[str]()
    counted: Count[Any] | None = None
    center, n = mean(groups[first].known().values()), 0
    if len(groups) > 1:
        found = best(list(groups.values()), ACCURACY, highest=True)
        first = found.first
        leads = {name: found.against(name) for name in groups if name != first}
        rivals = [n for n in found.among if n != first and leads[n].verdict != "seen_more"]
        lead = max(leads.values(), key=lambda one: one.n)
        n = lead.n
        counted = count(leads, found.beaten.__contains__)
        verdict = {"all": "alone", "none": "among"}.get(counted.extent, "some")
        if found.alone and (close := [n for n, lead in leads.items() if lead.verdict == "alike"]):
            verdict, rivals = "slight", close
        if all(one.error is None for one in leads.values()) or not (found.alone or rivals):
            ahead = [one.differences if one.n == n else () for one in leads.values()]
            counted = count(range(n), lambda seed: all(own and own[seed] > 0 for own in ahead))
            values = [value for group in groups.values() for value in group.known().values()]
            verdict = "seen" if counted.extent == "all" and not rivals else "observed"
            if len(set(values)) == 1:
                verdict, counted = "level", count(values, values[0].__eq__)
        center = lead.centers[0] if n else median(groups[first].known().values())
    return BEST(
        verdict,
        used(record, rows, SCORE),
        counted,
        **about,
        best=escape(first),
        others=italics(rivals),
        margin=fmt.points(ACCURACY.margin),
        parameters=_parameters(record, first),
        accuracy=fmt.accuracy(center),
        all=all_of(n, "seed"),
    )


def _family(record: Record, rows: pd.DataFrame, dataset: str) -> list[Claim]:
    """The best network with convolutions against the best without."""
    groups = measured_groups(rows, Run.model, SCORE)
    means = {group.label: mean(group.known().values()) for group in groups}
    kinds = [[m for m in kind if m.name in means] for kind in _kinds(record, rows)]
    if not all(kinds):
        return []
    dense, conv = (max(kind, key=lambda model: means[model.name]) for kind in kinds)
    found = against(groups, ACCURACY)(conv.name, dense.name)
    if not found.n:
        return []
    smaller = conv.parameters < dense.parameters
    helps = "Convolution counts for more than size" if smaller else "Convolution helps"
    return [
        FAMILY(
            found,
            used(record, rows[rows[Run.model].isin([conv.name, dense.name])], SCORE),
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


def _gap(record: Record, done: pd.DataFrame, dataset: str) -> tuple[float, Claim]:
    """Training against test accuracy, model by model; before the claim, the widest gap."""
    trained, new = (seed_groups(done, Run.model, name) for name in (TRAINED, SCORE))
    gaps = {model: compare(trained[model], new[model], ACCURACY) for model in new}
    wide = _more(gaps)
    widest = max(wide.yes or gaps, key=lambda model: gaps[model].value)
    shown = ACCURACIES.fields(gaps[widest])
    verdict = "none" if wide.extent == "none" else "open"
    if wide.yes:
        verdict = "all" if wide.extent == "all" and len(wide.yes) > 1 else "some"
    claim = GAP(
        verdict,
        used(record, done, TRAINED, SCORE),
        wide,
        dataset=escape(dataset),
        models=italics(wide.yes),
        model=escape(widest),
        train=shown["first_value"],
        test=shown["second_value"],
    )
    return gaps[widest].value, claim


def _overfitting(record: Record, done: pd.DataFrame, dataset: str) -> list[Claim]:
    """Test loss at the end against its lowest, model by model."""
    found = {
        str(model): one
        for model, rows in done.groupby(Run.model, sort=False)
        if (one := against_best(rows, Run.test_loss, "lowest", LOSS)) is not None
    }
    if not found:
        return []
    rises = {model: rise for model, (_, rise) in found.items()}
    risen = _more(rises)
    model = max(risen.yes or risen.missing or rises, key=lambda one: rises[one].value)
    shown = LOSSES.fields(rises[model])
    return [
        OVERFITTING(
            "some" if risen.yes else "open" if risen.missing else "none",
            used(record, done, Run.test_loss),
            risen,
            dataset=escape(dataset),
            models=italics(risen.yes),
            model=escape(model),
            epoch=fmt.count(found[model][0]),
            lowest=shown["second_value"],
            end=shown["first_value"],
        )
    ]


def _stuck(runs: pd.DataFrame) -> Count[tuple[float, list[float]]]:
    """Runs whose training loss never came clearly below that of the untrained network."""

    def stuck(run: tuple[float, list[float]]) -> bool | None:
        score, curve = run
        return None if pd.isna(score) else len(curve) > 1 and min(curve) >= LEARNED * curve[0]

    return count(zip(runs[SCORE], runs[Run.train_loss], strict=True), stuck)
