"""What is said about training on a task, on records whose truth is known."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from report.claims import named
from report.claims.verdict import contradiction
from report.records import Record
from report.sections.train_on_task import claims as module
from report.sections.train_on_task.claims import commentary
from report.sections.train_on_task.figures import section
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.wording import said, wordings_of

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
                risen = rise * 10 ** (rise_noise * (-1, 1, -0.5, 0.5)[seed % 4])
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


def test_the_best_model_is_named_with_its_lead() -> None:
    claims = said(commentary(made(CLEAR)))
    best = claims["best"]
    assert best.verdict == "clearly_more"
    assert (best.values["best"], best.values["second"]) == ("medium", "large")
    assert best.effect is not None and best.effect.value == pytest.approx(0.02, abs=0.005)
    assert claims["cost"].verdict == "smaller"
    assert "2,000 parameters" in claims["cost"].text and "*large*, has 5,000" in claims["cost"].text


def test_swapping_two_models_swaps_what_is_said() -> None:
    one = {"small": 0.9, "large": 0.95}
    two = {"small": 0.95, "large": 0.9}
    first, second = (said(commentary(made(x, noise=0))) for x in (one, two))
    assert first["best"].values["best"] == second["best"].values["second"] == "large"
    assert first["best"].values["difference"] == second["best"].values["difference"]
    assert first["cost"].verdict == "larger" and second["cost"].verdict == "smaller"


@pytest.mark.parametrize(
    ("accuracies", "noise", "verdict"),
    [
        (CLEAR, 0.002, "clearly_more"),
        ({"small": 0.900, "large": 0.905}, 0.0005, "slightly_more"),
        (CLEAR, 0.2, "no_difference"),
        ({"small": 0.9, "large": 0.9}, 0.0, "no_difference"),
        ({"small": [0.9], "large": [0.95]}, 0.0, "one_seed"),
        ({"small": [0.9, None], "large": [None, 0.95]}, 0.0, "one_seed"),
        ({"small": [0.9, 0.9]}, 0.0, "single_model"),
        ({"small": [None, None], "large": [None, None]}, 0.0, "nothing"),
        ({"small": [0.5, 0.5, 0.99, 0.99], "large": [0.6, 0.61, None, None]}, 0.0, "disagree"),
    ],
)
def test_the_verdict_is_the_truth(accuracies: Accuracies, noise: float, verdict: str) -> None:
    claims = said(commentary(made(accuracies, noise=noise)))
    assert claims["best"].verdict == verdict
    assert not any(contradiction(claim) for claim in claims.values())
    if verdict not in ("clearly_more", "slightly_more"):
        assert "winner" not in " ".join(claim.text for claim in claims.values())
        choice = verdict in ("no_difference", "one_seed", "disagree")
        assert (claims["cost"].verdict == "undecided") if choice else ("cost" not in claims)


def test_a_name_of_two_models_is_not_compared_in_size() -> None:
    models = (*MODELS, model("large", 9, 9000))
    assert "cost" not in said(commentary(made(CLEAR, CLEAR, models=models)))


@pytest.mark.parametrize(
    ("gap", "noise", "seeds", "verdict"),
    [
        (0.05, 0.001, 4, "clearly_more"),
        (0.003, 0.0002, 4, "slightly_more"),
        (0.0, 0.02, 4, "no_difference"),
        (-0.05, 0.001, 4, "less"),
        (0.05, 0.0, 1, "one_seed"),
        (-0.05, 0.0, 1, "less"),
    ],
)
def test_the_generalization_gap(gap: float, noise: float, seeds: int, verdict: str) -> None:
    given = made({"small": 0.9}, gap=gap, gap_noise=noise, seeds=seeds)
    claim = said(commentary(given))["gap"]
    assert claim.verdict == verdict
    assert not contradiction(claim) or verdict == "less"


@pytest.mark.parametrize(
    ("rise", "noise", "seeds", "verdict"),
    [
        (1.0, 0.0, 4, "falling"),
        (1.05, 0.0, 4, "falling"),
        (3.0, 0.1, 4, "clearly_more"),
        (1.15, 0.01, 4, "slightly_more"),
        (3.0, 2.0, 4, "no_difference"),
        (3.0, 0.0, 1, "one_seed"),
    ],
)
def test_overfitting(rise: float, noise: float, seeds: int, verdict: str) -> None:
    given = made({"small": 0.9}, rise=rise, rise_noise=noise, seeds=seeds)
    claim = said(commentary(given))["overfitting"]
    assert claim.verdict == verdict
    assert not contradiction(claim)
    if (rise, noise) == (3.0, 0.0):
        assert "minimum at epoch 5 and ends 3.0 times as high" in claim.text


def test_another_loss_may_put_another_model_first() -> None:
    given = made(CLEAR)
    assert said(commentary(given))["order"].verdict == "same"
    claim = said(commentary(with_losses(given, {"small": 0.2, "medium": 0.4, "large": 0.6})))[
        "order"
    ]
    assert claim.verdict == "other"
    assert "the mean test loss is 0.200 for *small* and 0.400 for *medium*" in claim.text


def with_losses(given: Record, losses: Mapping[str, float]) -> Record:
    rows = [row | {"final_test_loss": losses[row["model"]]} for row in given.rows("runs")]
    return given.model_copy(update={"metrics": {"runs": rows}})


@pytest.mark.parametrize(
    ("accuracies", "verdict"),
    [
        ({"small": [0.90, 0.91], "large": [0.95, 0.96]}, "narrow"),
        ({"small": [0.90, 0.99], "large": [0.95, 0.96]}, "wide"),
        ({"small": [0.90, 0.90], "large": [0.95, 0.95]}, "none"),
        ({"small": [0.90, 0.91]}, "alone"),
        ({"small": [0.90], "large": [0.95]}, "one_seed"),
    ],
)
def test_the_spread_over_the_seeds(accuracies: Accuracies, verdict: str) -> None:
    claim = said(commentary(made(accuracies)))["spread"]
    assert claim.verdict == verdict
    if verdict == "wide":
        assert "of *small* differs by 9.00" in claim.text and "no less than the 1.00" in claim.text


@pytest.mark.parametrize(("accuracy", "verdict"), [(0.505, "early"), (0.9, "late")])
def test_when_a_model_is_as_good_as_trained(accuracy: float, verdict: str) -> None:
    """At epoch five of ten every run has a test accuracy of one half."""
    claim = said(commentary(made({"small": [accuracy]})))["pace"]
    assert (claim.verdict, claim.values["epoch"]) == (verdict, "5" if verdict == "early" else "10")


DEEP = {"small": 0.9, "large": 0.95}


@pytest.mark.parametrize(
    ("accuracies", "noise", "seeds", "verdict"),
    [
        (DEEP, 0.002, 4, "clearly_more"),
        ({"small": 0.95, "large": 0.9}, 0.002, 4, "clearly_less"),
        ({"small": 0.9, "large": 0.905}, 0.0005, 4, "slightly_more"),
        ({"small": 0.905, "large": 0.9}, 0.0005, 4, "slightly_less"),
        (DEEP, 0.3, 4, "no_difference"),
        ({"small": 0.9, "large": 0.9}, 0.0, 4, "no_difference"),
        (DEEP, 0.002, 1, "one_seed"),
    ],
)
def test_depth(accuracies: Accuracies, noise: float, seeds: int, verdict: str) -> None:
    claim = said(commentary(made(accuracies, noise=noise, seeds=seeds)))["depth"]
    assert claim.verdict == verdict
    assert (claim.values["deep"], claim.values["shallow"]) == ("large", "small")
    assert not contradiction(claim)
    assert ("differ in size too" in claim.text) == verdict.endswith(("more", "less"))


def test_size_is_no_caveat_where_it_is_equal() -> None:
    models = (model("small", 1, 1000), model("large", 3, 1009))
    claim = said(commentary(made(DEEP, models=models)))["depth"]
    assert claim.verdict == "clearly_more" and "differ in size" not in claim.text


def test_depth_is_compared_within_one_kind_of_network() -> None:
    def conv(name: str, depth: int, parameters: int) -> Any:
        words = f"conv 3×3, {depth} layers"
        return model(name, depth, parameters).model_copy(update={"architecture": words})

    models = (model("mlp", 1, 9000), conv("one", 1, 500), conv("two", 2, 700))
    claim = said(commentary(made({"mlp": 0.8, "one": 0.9, "two": 0.95}, models=models)))["depth"]
    assert "Among the convolutional networks" in claim.text
    assert "*two* with two hidden layers and 700 parameters" in claim.text
    assert "ahead of *one* with one and 500" in claim.text
    other = commentary(made({"mlp": 0.99, "one": 0.9, "two": 0.95}, models=models))
    assert "depth" not in said(other)  # a single network without convolutions


@pytest.mark.parametrize(
    ("lost", "verb"), [(1, "one diverged and is"), (2, "two diverged and are")]
)
def test_diverged_runs_are_told_and_not_counted(lost: int, verb: str) -> None:
    losses = {"small": [0.9] * (4 - lost) + [None] * lost, "large": [0.8, 0.81, 0.8, 0.8]}
    claims = said(commentary(made(losses)))
    assert claims["diverged"].text.startswith(f"Of 8 runs, {verb} not counted")
    assert claims["best"].effect is not None and claims["best"].effect.n == 4 - lost


def test_losses_of_zero() -> None:
    given = made(CLEAR)
    metrics = {"runs": [row | {"test_loss": [0.0, 0.0, 0.0]} for row in given.rows("runs")]}
    changed = given.model_copy(update={"metrics": metrics})
    assert said(commentary(changed))["overfitting"].verdict == "falling"


def test_every_data_set_has_its_paragraph() -> None:
    paragraphs = commentary(made(CLEAR, {"small": 0.6, "large": 0.7}))
    assert [p[0].values["dataset"] for p in paragraphs] == ["digits", "shapes"]
    assert [p[0].values["best"] for p in paragraphs] == ["medium", "large"]


def test_what_is_said_of_a_data_set_is_named_after_it() -> None:
    """`comments/README.md` cites a number of the digits by such a name."""
    paragraphs = commentary(made(CLEAR, {"small": 0.6, "large": 0.7}))
    names = set(named([claim for paragraph in paragraphs for claim in paragraph]))
    kinds = ("best", "cost", "depth", "gap", "overfitting")
    assert names == {
        f"train-on-task.{kind}.{data}" for kind in kinds for data in ("digits", "shapes")
    }


def test_every_wording_is_reached() -> None:
    records = [
        made(CLEAR),
        made(DEEP, rise=2.0, rise_noise=0.01),
        made(DEEP, rise=2.0, rise_noise=1.0),
        made(DEEP, rise=1.15, rise_noise=0.01),
        made({"small": 0.95, "large": 0.9}, rise=2.0, seeds=1),
        made({"small": 0.95, "large": 0.9}),
        made({"small": 0.905, "large": 0.9}, noise=0.0005),
        made({"small": 0.900, "large": 0.905}, noise=0.0005, gap=0.003, gap_noise=0.0002),
        made(CLEAR, noise=0.2, gap=0, gap_noise=0.02),
        made({"small": [0.9], "large": [0.95]}),
        made({"small": [0.9, 0.9]}, gap=-0.05),
        made({"small": [0.5, 0.51]}),
        made({"small": [0.90, 0.91], "large": [0.95, 0.96]}),
        made({"small": [0.90, 0.99], "large": [0.95, 0.96]}),
        with_losses(made(CLEAR), {"small": 0.2, "medium": 0.4, "large": 0.6}),
        made({"small": [None], "large": [None]}),
        made({"small": [0.5, 0.5, 0.99, 0.99], "large": [0.6, 0.61, None, None]}),
    ]
    reached = {(c.id, c.verdict) for one in records for p in commentary(one) for c in p}
    assert reached == wordings_of(module)


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
