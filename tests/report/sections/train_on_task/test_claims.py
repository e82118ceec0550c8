"""What is said about training on a task, on records whose truth is known."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from report.claims import named
from report.claims.claim import Claim
from report.claims.consistency import contradiction
from report.numbers.comparison import Comparison
from report.records import Record
from report.sections.train_on_task import claims as module
from report.sections.train_on_task.claims import commentary
from report.sections.train_on_task.figures import section
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.grammar import faults
from tests.report.sections.wording import said, worded, wordings_of

MODELS = (model("small", 1, 1000), model("medium", 2, 2000), model("large", 3, 5000))
Accuracies = Mapping[str, float | Sequence[float | None]]


def made(
    accuracies: Accuracies,
    second: Accuracies | None = None,
    *,
    seeds: int = 4,
    noise: float = 0.002,
    gap: float = 0.03,
    gap_noise: float = 0.0,
    rise: float = 1.0,
    rise_noise: float = 0.0,
    models: Sequence[Any] = MODELS,
) -> Record:
    """A record of final test accuracies by model: one number (noisy over seeds) or a list.

    A null accuracy is a run that diverged. `gap` is training minus test accuracy, `rise` what the
    test loss gains from its minimum to the end, with `rise_noise` decades between the seeds.
    `second` holds another data set.
    """
    random = np.random.default_rng(4)
    rows = []
    for dataset, given in (("digits", accuracies), ("shapes", second)):
        for name, value in (given or {}).items():
            values: Sequence[float | None] = (
                [value + float(random.normal(0, noise)) for _ in range(seeds)]
                if isinstance(value, int | float)
                else value
            )
            for seed, accuracy in enumerate(values):
                extra = gap + float(random.normal(0, gap_noise))
                risen = rise * 10 ** (rise_noise * (-1, -1, 1, 1)[seed % 4])
                rows.append(_row(dataset, name, seed, accuracy, extra, risen))
    settings = {"comparisons": [{"training": {"loss": "cross_entropy"}}], "seeds": [0, 1]}
    return record(
        "train-on-task",
        metrics={"runs": rows},
        models=tuple(models),
        settings=settings,
        dataset=DIGITS,
    )


def _row(
    dataset: str, name: str, seed: int, accuracy: float | None, gap: float, rise: float
) -> dict[str, Any]:
    row: dict[str, Any] = {"dataset": dataset, "model": name, "seed": seed}
    if accuracy is None:
        curves = {f"{s}_{q}": [1.0] for s in ("train", "test") for q in ("loss", "accuracy")}
        return row | {"diverged_at": 1, "epoch": [0]} | curves
    shown = [0.1, 0.5, accuracy]
    return row | {
        "epoch": [0, 5, 10],
        "train_loss": [2.0, 0.5, 0.3],
        "test_loss": [2.0, 0.5, 0.5 * rise],
        "train_accuracy": [a + gap for a in shown],
        "test_accuracy": shown,
    }


CLEAR = {"small": 0.90, "medium": 0.95, "large": 0.93}
DEEP = {"small": 0.9, "large": 0.95}
SHALLOW = {"small": 0.95, "large": 0.9}
EQUAL = {"small": 0.9, "large": 0.9}
OPEN = {"small": [0.9, 0.8, 0.9], "large": [0.8, 0.9, 0.95]}


def beside(given: Record, *, lost: bool = False, augmented: bool = False) -> Record:
    """The record with a large network outside the comparison, with a validation set."""
    held = {f"validation_{q}": [0.4, 0.3, 0.2] for q in ("loss", "accuracy")}
    huge = [
        _row("digits", "huge", seed, None if lost else 0.99, 0.01, 1.0)
        | ({} if lost else held)
        | {"outside": True}
        for seed in (8, 9)
    ]
    training = {"loss": "cross_entropy", "augmentation": {"flip": True} if augmented else None}
    models = [{"name": "huge", "convolutions": [], "layers": ["Conv2d(8, 3)"]}]
    comparisons = [*given.settings["comparisons"], {"training": training, "models": models}]  # type: ignore[misc]
    runs = record("train-on-task", metrics={"runs": huge}).rows("runs")
    return given.model_copy(
        update={
            "metrics": given.metrics | {"runs": [*given.rows("runs"), *runs]},
            "settings": given.settings | {"comparisons": comparisons},
            "models": (*given.models, conv("huge", 6, 900_000)),
        }
    )


def conv(name: str, depth: int, parameters: int) -> Any:
    words = f"conv 3×3, {depth} layers"
    return model(name, depth, parameters).model_copy(update={"architecture": words})


def claims_of(one: Record, name: str) -> list[Claim]:
    return [c for group in commentary(one) for c in group if c.id == f"train-on-task.{name}"]


@pytest.mark.parametrize(
    ("first", "second", "noise", "seeds", "verdict"),
    [
        (DEEP, DEEP, 0.002, 8, "more"),
        (DEEP, DEEP, 0.002, 3, "more"),
        (SHALLOW, SHALLOW, 0.002, 8, "less"),
        (EQUAL, EQUAL, 0.0005, 8, "alike"),
        (OPEN, OPEN, 0.0, 3, "undecided"),
        (DEEP, DEEP, 0.0, 1, "undecided"),
        (DEEP, SHALLOW, 0.002, 8, "differ"),
        (DEEP, EQUAL, 0.0005, 8, "differ"),
        (DEEP, OPEN, 0.002, 8, "partly_more"),
        (SHALLOW, OPEN, 0.002, 8, "partly_less"),
        (EQUAL, OPEN, 0.0005, 8, "partly_alike"),
    ],
)
def test_depth_is_decided_data_set_by_data_set(
    first: Accuracies, second: Accuracies, noise: float, seeds: int, verdict: str
) -> None:
    claims = said(commentary(made(first, second, noise=noise, seeds=seeds)))
    assert claims["depth"].verdict == verdict
    assert claims["depth"].headline and not claims["best"].headline
    assert not any(contradiction(claim) for claim in claims.values())


def test_data_sets_that_contradict_each_other_are_named() -> None:
    text = said(commentary(made(DEEP, SHALLOW, seeds=8)))["depth"].text
    assert "it does among the MLPs on digits and it does harm among the MLPs on shapes" in text


@pytest.mark.parametrize(
    ("accuracies", "noise", "seeds", "verdict"),
    [
        (DEEP, 0.002, 8, "more"),
        (DEEP, 0.002, 3, "seen_more"),
        (SHALLOW, 0.002, 8, "less"),
        (SHALLOW, 0.002, 3, "seen_less"),
        (EQUAL, 0.0005, 8, "alike"),
        (EQUAL, 0.0, 4, "undecided"),
        ({"small": [0.9, 0.9, 0.9], "large": [0.903, 0.904, 0.904]}, 0.0, 3, "undecided"),
        ({"small": [0.9, 0.9, 0.9], "large": [0.95, 0.95, None]}, 0.0, 3, "undecided"),
    ],
)
def test_depth_on_one_data_set(
    accuracies: Accuracies, noise: float, seeds: int, verdict: str
) -> None:
    claim = said(commentary(made(accuracies, noise=noise, seeds=seeds)))["depth-on"]
    assert claim.verdict == verdict
    assert ("interval" in claim.text) == (verdict in ("more", "less"))
    assert ("seen in all three seeds" in claim.text) == verdict.startswith("seen_")


def test_the_strongest_family_is_the_last_to_be_left_out() -> None:
    claims = claims_of(made({"small": 0.9, "large": 0.92}, DEEP, seeds=8), "depth-on")
    assert claims[0].values["key"] == "MLPs shapes"


def test_a_model_that_is_behind_in_every_seed_is_no_rival() -> None:
    """Where two runs of three are left it has no interval; the others do."""
    given = {"a": [0.8, 0.801, 0.5], "b": [0.9, 0.901, 0.902], "c": [0.7, 0.701, 0.702]}
    given |= {"d": [0.6, 0.601, 0.602], "e": [0.5, 0.501, 0.502]}
    models = tuple(model(name, 1, 1000) for name in given)
    (claim,) = claims_of(made(given, models=models, noise=0.0), "best")
    assert claim.verdict == "seen" and "*b* (1,000 parameters) is ahead of every" in claim.text


def test_the_summary_answers_group_by_group() -> None:
    short = said(commentary(made(DEEP, SHALLOW, seeds=8)))["depth"].short
    assert short is not None
    assert short.answer == "Yes among the MLPs on digits, no among the MLPs on shapes."


def test_swapping_two_models_swaps_what_is_said() -> None:
    deep, shallow = (said(commentary(made(x, noise=0, seeds=8))) for x in (DEEP, SHALLOW))
    for name in ("first_value", "second_value"):
        other = {"first_value": "second_value", "second_value": "first_value"}[name]
        assert deep["depth-on"].values[name] == shallow["depth-on"].values[other]
    assert deep["depth-on"].values["size"] == shallow["depth-on"].values["size"]
    assert (deep["best"].values["best"], shallow["best"].values["best"]) == ("large", "small")


def test_size_is_a_caveat_where_it_differs() -> None:
    assert "differ in size too" in said(commentary(made(DEEP)))["depth"].text
    models = (model("small", 1, 1000), model("large", 3, 1009))
    assert "differ in size" not in said(commentary(made(DEEP, models=models)))["depth"].text


def test_a_larger_network_outside_does_not_hide_those_of_equal_size() -> None:
    """Two equal networks differ in depth; a larger one of two seeds is deeper and better."""
    models = (conv("one", 1, 1000), conv("two", 2, 1005), conv("big", 6, 9000))
    given = {"one": [0.9, 0.91, 0.9] * 2, "two": [0.95, 0.96, 0.95] * 2, "big": [0.99, 0.99]}
    claims = said(commentary(made(given, models=models)))
    assert "Among the CNNs on digits, those with two hidden layers" in claims["depth-on"].text
    assert claims["depth"].verdict == "more" and "differ in size" not in claims["depth"].text


def test_a_single_depth_says_nothing_about_depth_and_the_best_is_the_answer() -> None:
    models = (model("mlp", 1, 9000), conv("one", 1, 500))
    claims = said(commentary(made({"mlp": 0.8, "one": 0.9}, models=models)))
    assert "depth" not in claims and claims["best"].headline


@pytest.mark.parametrize(
    ("accuracies", "noise", "seeds", "verdict"),
    [
        (CLEAR, 0.002, 8, "alone"),
        ({"small": 0.8, "medium": 0.95, "large": 0.95}, 0.01, 8, "some"),
        (CLEAR, 0.2, 8, "among"),
        (CLEAR, 0.0005, 3, "seen"),
        (OPEN, 0.0, 3, "observed"),
        (DEEP, 0.0, 1, "observed"),
        ({"small": [0.9, None], "large": [None, 0.95]}, 0.0, 2, "observed"),
        ({"small": [0.9, 0.9]}, 0.0, 2, "single_model"),
        ({"small": [None, None], "large": [None, None]}, 0.0, 2, "nothing"),
    ],
)
def test_the_best_is_the_set_that_cannot_be_told_apart(
    accuracies: Accuracies, noise: float, seeds: int, verdict: str
) -> None:
    assert said(commentary(made(accuracies, noise=noise, seeds=seeds)))["best"].verdict == verdict


def test_models_that_may_be_as_good_are_named() -> None:
    given = made({"small": 0.8, "medium": 0.95, "large": 0.9499}, noise=0.01, seeds=8)
    claim = said(commentary(given))["best"]
    first = claim.values["best"]
    other = {"medium": "large", "large": "medium"}[str(first)]
    assert f"though *{other}* may be as good" in claim.text and "small" not in claim.text


@pytest.mark.parametrize(
    ("dense", "convolutional", "noise", "seeds", "verdict"),
    [
        (0.8, 0.9, 0.002, 8, "more"),
        (0.8, 0.9, 0.002, 3, "seen_more"),
        (0.9, 0.8, 0.002, 8, "less"),
        (0.9, 0.8, 0.002, 3, "seen_less"),
        (0.9, 0.9, 0.0005, 8, "alike"),
        (0.9, 0.9, 0.1, 8, "undecided"),
    ],
)
def test_convolution_is_compared_with_none(
    dense: float, convolutional: float, noise: float, seeds: int, verdict: str
) -> None:
    models = (model("mlp", 1, 9000), conv("one", 1, 500))
    given = {"mlp": dense, "one": convolutional}
    claim = said(commentary(made(given, models=models, noise=noise, seeds=seeds)))["family"]
    assert claim.verdict == verdict


def test_convolution_counts_for_more_than_size_only_where_the_network_is_smaller() -> None:
    for parameters, words in ((500, "counts for more than size"), (9500, "helps on digits")):
        models = (model("mlp", 1, 9000), conv("one", 1, parameters))
        given = made({"mlp": 0.8, "one": 0.9}, models=models, seeds=8)
        assert words in said(commentary(given))["family"].text


@pytest.mark.parametrize(
    ("accuracies", "gap", "noise", "seeds", "verdict"),
    [
        (DEEP, 0.05, 0.001, 8, "all"),
        (DEEP, 0.05, 0.001, 3, "all"),
        ({"small": 0.9}, 0.05, 0.001, 8, "some"),
        (DEEP, 0.0, 0.0005, 8, "none"),
        (DEEP, -0.05, 0.001, 8, "none"),
        (DEEP, 0.0, 0.02, 8, "open"),
        (DEEP, 0.05, 0.0, 1, "open"),
    ],
)
def test_the_generalization_gap(
    accuracies: Accuracies, gap: float, noise: float, seeds: int, verdict: str
) -> None:
    given = made(accuracies, gap=gap, gap_noise=noise, seeds=seeds)
    assert said(commentary(given))["gap"].verdict == verdict


def test_a_gap_of_one_model_is_not_that_of_all() -> None:
    given = made(DEEP, gap=0.0, gap_noise=0.0005, seeds=8)
    rows = [
        row
        | {"final_train_accuracy": row["final_train_accuracy"] + 0.04 * (row["model"] == "large")}
        for row in given.rows("runs")
    ]
    claim = said(commentary(given.model_copy(update={"metrics": {"runs": rows}})))["gap"]
    assert claim.verdict == "some" and "better than new ones by *large*, with" in claim.text


@pytest.mark.parametrize(
    ("rise", "noise", "seeds", "verdict"),
    [
        (0.5, 0.0, 4, "none"),
        (1.05, 0.0, 13, "none"),
        (3.0, 0.1, 13, "some"),
        (3.0, 0.1, 4, "some"),
        (1.05, 0.0, 4, "open"),
        (3.0, 2.0, 13, "open"),
    ],
)
def test_overfitting(rise: float, noise: float, seeds: int, verdict: str) -> None:
    given = made({"small": 0.9}, rise=rise, rise_noise=noise, seeds=seeds)
    claim = said(commentary(given))["overfitting"]
    assert claim.verdict == verdict
    if verdict == "some":
        assert "rises from 0.500 at epoch 5 to" in claim.text


def test_one_seed_cannot_choose_an_epoch_and_measure_there() -> None:
    assert "overfitting" not in said(commentary(made({"small": 0.9}, rise=3.0, seeds=1)))


@pytest.mark.sweep
def test_noise_seldom_makes_a_curve_rise() -> None:
    """The lowest of many equal epochs lies below the last one; half of the seeds must not care."""
    random = np.random.default_rng(0)
    wrong = 0
    for _ in range(60):
        given = made({"small": 0.9, "medium": 0.9, "large": 0.9}, seeds=6)
        for row in given.rows("runs"):
            row |= {"epoch": list(range(10)), "train_loss": [1.0] + [0.1] * 9}
            row["test_loss"] = list(0.5 * 10 ** random.normal(0, 0.05, size=10))
        wrong += said(commentary(given))["overfitting"].verdict == "some"
    assert wrong <= 4


@pytest.mark.parametrize(
    ("stuck", "says"),
    [((0,), "Of eight runs, one learned next to nothing"), (range(8), "All eight runs learned")],
)
def test_runs_that_learned_nothing_are_told(stuck: Sequence[int], says: str) -> None:
    given = made(DEEP, seeds=4)
    for index in stuck:
        given.rows("runs")[index]["train_loss"] = [2.35, 2.31, 2.303]
    claims = said(commentary(given))
    assert says in claims["stuck"].text
    assert ("gap" in claims) == (len(stuck) < 8)  # nothing holds for new images either
    assert "stuck" not in said(commentary(made(DEEP)))


@pytest.mark.parametrize(
    ("lost", "verb"), [(1, "one diverged and is"), (2, "two diverged and are")]
)
def test_diverged_runs_are_told_and_not_counted(lost: int, verb: str) -> None:
    losses = {"small": [0.9] * (8 - lost) + [None] * lost, "large": [0.8, 0.81, 0.8, 0.8] * 2}
    claims = said(commentary(made(losses)))
    assert claims["diverged"].text.startswith(f"Of 16 runs, {verb} left out")
    effect = claims["depth-on"].effect
    assert isinstance(effect, Comparison) and effect.n == 8 - lost
    assert "without a result left out" in claims["depth-on"].text


def test_losses_of_zero() -> None:
    given = made(CLEAR)
    rows = [row | {"test_loss": [0.0] * 3, "train_loss": [0.0] * 3} for row in given.rows("runs")]
    assert said(commentary(given.model_copy(update={"metrics": {"runs": rows}})))


def test_a_name_of_two_models_is_not_compared_in_size() -> None:
    models = (*MODELS, model("large", 9, 9000))
    assert "depth" not in said(commentary(made(CLEAR, CLEAR, models=models)))


def test_what_is_said_of_a_data_set_is_named_after_it() -> None:
    """`comments/README.md` cites a number of the digits by such a name."""
    paragraphs = commentary(made(CLEAR, {"small": 0.6, "large": 0.7}))
    names = set(named([claim for paragraph in paragraphs for claim in paragraph]))
    assert {
        f"train-on-task.{kind}.{data}"
        for kind in ("best", "gap", "overfitting")
        for data in ("digits", "shapes")
    } <= names


def test_names_are_shown_literally() -> None:
    hostile = "*deep* {{< include y >}} <b>"
    models = (model(hostile, 7, 571), model("shallow", 1, 571))
    given = made({hostile: 0.9, "shallow": 0.8}, models=models, rise=3.0)
    for claim in (claim for paragraph in commentary(given) for claim in paragraph):
        assert "<b>" not in claim.text and "{{<" not in claim.text


@pytest.mark.sweep
def test_every_wording_is_reached() -> None:
    kinds = [DEEP, SHALLOW, EQUAL, OPEN]
    records = [
        made(x, y, noise=0.0005, seeds=seeds) for x in kinds for y in kinds for seeds in (8, 3)
    ]
    mixed = (model("mlp", 1, 9000), conv("one", 1, 500))
    for dense, other in ((0.8, 0.9), (0.9, 0.8), (0.9, 0.9)):
        for noise, seeds in ((0.0005, 8), (0.0005, 3), (0.1, 8)):
            given: Accuracies = {"mlp": dense, "one": other}
            records.append(made(given, models=mixed, noise=noise, seeds=seeds))
    records += [made(CLEAR, seeds=8), made(CLEAR, noise=0.2, seeds=8), made(CLEAR, noise=0.0)]
    records += [made({"small": 0.8, "medium": 0.95, "large": 0.95}, noise=0.01, seeds=8)]
    records += [made({"small": [0.9, 0.9]}), made({"small": [None]}), made(DEEP, rise=3.0)]
    records += [made({"small": 0.9}, gap=gap, rise=0.5, seeds=8) for gap in (0.0, 0.05)]
    records += [made({"small": 0.9}, gap_noise=0.1, rise=3.0, rise_noise=2.0, seeds=13)]
    records += [made({"small": [0.9], "large": [0.9]})]
    records += [made({"small": 0.9, "medium": 0.95, "large": 0.953}, noise=1e-4, seeds=8)]
    records += [made({"small": [0.9, None]}), made(DEEP), made(DEEP)]
    for row in records[-1].rows("runs"):
        row["train_loss"] = [2.3, 2.3, 2.3]
    records[-2].rows("runs")[0]["train_loss"] = [2.3, 2.3, 2.3]
    records += [beside(made(DEEP)), beside(made(DEEP), lost=True)]
    reached = {(c.id, c.verdict) for one in records for p in commentary(one) for c in p}
    assert worded(module, reached) == wordings_of(module)
    for one in records:
        for claim in said(commentary(one)).values():
            assert not faults(claim.text), claim.text
            assert not contradiction(claim)


@pytest.mark.parametrize("accuracies", [CLEAR, {"small": [None, None], "large": [None, None]}])
def test_figures_and_tables(accuracies: Accuracies) -> None:
    whole = section(made(accuracies))
    assert [figure.name for figure in whole.figures] == ["loss", "accuracy"]
    for figure in whole.figures:
        assert figure.draw().axes
        assert figure.alt and figure.caption
    assert [table.name for table in whole.tables] == ["models", "settings", "results"]
    assert len(whole.tables[2].rows) == len(accuracies)
    assert all(table.markdown("x") for table in whole.tables)


@pytest.mark.parametrize(
    "accuracies", [CLEAR, {"small": [0.0, 0.0]}, {"small": [1.0, 1.0]}, {"small": [None, None]}]
)
def test_the_axis_of_accuracy_shows_the_trained_networks(accuracies: Accuracies) -> None:
    """And hardly more: none has over 100 %."""
    given = made(accuracies, gap=0)
    (figure,) = [f for f in section(given).figures if f.name == "accuracy"]
    low, high = figure.draw().axes[0].get_ylim()
    rows = given.rows("runs")
    later = [100 * value for row in rows for value in row["test_accuracy"][1:]]
    assert low <= min(later, default=0) <= max(later, default=100) <= high
    assert high <= 102.5


def test_a_caption_does_not_count_runs_that_diverged() -> None:
    captions = [section(made(x)).figures[0].caption for x in (CLEAR, {"small": [0.9, None]})]
    assert "median over four seeds; bands" in captions[0]
    assert "median over up to two seeds, as one run diverged; bands" in captions[1]


def test_a_network_outside_the_comparison_changes_no_other_sentence() -> None:
    alone = commentary(made(DEEP))
    given = beside(made(DEEP), augmented=True)
    claims = [claim for group in commentary(given) for claim in group]
    outside = [c for c in claims if c.id == "train-on-task.outside"]
    assert [c.text.replace("\u00a0", " ") for c in outside] == [
        "Outside this comparison *huge*, with 900,000 parameters and trained on augmented images, "
        "gets 99.00 % of the test images of digits right (mean over two seeds); it shows what can "
        "be reached, and nothing about depth alone."
    ]
    before = {c.text for group in alone for c in group if c.id != "train-on-task.best"}
    assert before == {c.text for c in claims} - {outside[0].text} - {
        c.text for c in claims if c.id == "train-on-task.best"
    }
    best = next(c for c in claims if c.id == "train-on-task.best")
    assert best.text.startswith("On digits, among the two networks compared, *large*")
    (lost,) = claims_of(beside(made(DEEP), lost=True), "outside")
    assert lost.verdict == "nothing"
    assert "augmented" not in claims_of(beside(made(DEEP)), "outside")[0].text


def test_validation_curves_and_networks_outside_are_shown_as_such() -> None:
    found = section(beside(made(DEEP)))
    assert "held out for validation (middle)" in found.figures[0].caption
    assert "two to four seeds" in found.figures[0].caption
    figure = found.figures[0].draw()
    assert [ax.get_title() for ax in figure.axes] == [
        f"digits\n{words}" for words in ("training", "validation", "test")
    ]
    drawn = [sum(hasattr(line, "runs") for line in ax.lines) for ax in figure.axes]
    assert drawn == [3, 1, 3]
    (results,) = [table for table in found.tables if table.name == "results"]
    assert "Validation accuracy" in results.header and "outside" in results.rows[-1][1]
    caption = section(made(DEEP)).figures[0].caption
    assert "validation" not in caption and "one row per data set" not in caption
    assert "one row per data set" in section(made(DEEP, SHALLOW)).figures[0].caption
