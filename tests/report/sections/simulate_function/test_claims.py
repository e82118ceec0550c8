"""What is said about simulating a function, on records whose truth is known."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from report.claims import named
from report.claims.consistency import contradiction
from report.records import Record
from report.sections.simulate_function import claims as module
from report.sections.simulate_function.claims import commentary
from report.sections.simulate_function.figures import section
from tests.report.records.build import model, record
from tests.report.sections.wording import said, worded, wordings_of

MODELS = (model("deep", 7, 571), model("middle", 4, 572), model("shallow", 1, 571))
Losses = Mapping[str, float | Sequence[float | None]]


def made(
    losses: Losses,
    second: Losses | None = None,
    *,
    seeds: int = 4,
    noise: float = 0.02,
    test: float = 1.0,
    models: Sequence[Any] = MODELS,
) -> Record:
    """A record of final losses by model: one number (with log-normal noise over seeds) or a list.

    A null loss is a run that diverged. `second` holds the losses of another function; `test` is
    the ratio of test loss to training loss.
    """
    random = np.random.default_rng(3)
    rows = []
    for function, given in (("sinc", losses), ("cube", second)):
        for name, value in (given or {}).items():
            values: Sequence[float | None] = (
                [value * 10 ** float(random.normal(0, noise)) for _ in range(seeds)]
                if isinstance(value, int | float)
                else value
            )
            rows += [_row(function, name, seed, loss, test) for seed, loss in enumerate(values)]
    truth = [
        {
            "function": name,
            "formula": f"f_{name}(x)",
            "domain": [-1, 1],
            "x": [-1, 0, 1],
            "y": [0, 1, 0],
        }
        for name in ("sinc", "cube")
    ]
    return record(metrics={"functions": truth, "runs": rows}, models=tuple(models))


def _row(function: str, name: str, seed: int, loss: float | None, test: float) -> dict[str, Any]:
    row = {"function": function, "model": name, "seed": seed, "prediction": [0.0, 0.9, 0.1]}
    if loss is None:
        return row | {"diverged_at": 1, "epoch": [0], "train_loss": [1.0], "test_loss": [1.0]}
    return row | {"epoch": [0, 10], "train_loss": [1.0, loss], "test_loss": [1.0, test * loss]}


CLEAR = {"deep": 0.001, "middle": 0.01, "shallow": 0.1}
REVERSED = {"deep": 0.1, "middle": 0.01, "shallow": 0.001}
EQUAL = {"deep": 0.1, "middle": 0.1, "shallow": 0.1}
MIXED = {"deep": [0.1, 1.0, 0.1, 3.0], "shallow": [0.5, 0.5, 0.5, 0.5]}


@pytest.mark.parametrize(
    ("first", "second", "noise", "seeds", "verdict"),
    [
        (CLEAR, CLEAR, 0.02, 8, "less"),
        (REVERSED, REVERSED, 0.02, 8, "more"),
        (EQUAL, EQUAL, 0.005, 8, "alike"),
        (CLEAR, REVERSED, 0.02, 8, "differ"),
        (CLEAR, EQUAL, 0.005, 8, "differ"),
        (CLEAR, MIXED, 0.02, 4, "partly_less"),
        (REVERSED, MIXED, 0.02, 4, "partly_more"),
        (EQUAL, EQUAL, 3.0, 8, "undecided"),
        (CLEAR, CLEAR, 0.02, 3, "less"),
        (CLEAR, CLEAR, 0.02, 1, "undecided"),
    ],
)
def test_depth_is_decided_function_by_function(
    first: Losses, second: Losses, noise: float, seeds: int, verdict: str
) -> None:
    claims = said(commentary(made(first, second, noise=noise, seeds=seeds)))
    assert claims["depth"].verdict == verdict
    assert not any(contradiction(claim) for claim in claims.values())


def test_the_answer_names_the_functions_on_which_depth_pays() -> None:
    claim = said(commentary(made(CLEAR, MIXED)))["depth"]
    assert claim.text == (
        "On $f_sinc(x)$ depth pays: at equal size, networks with seven hidden layers fit better "
        "than networks with one hidden layer; on $f_cube(x)$ no order shows."
    )
    contrary = said(commentary(made(CLEAR, REVERSED, seeds=8)))["depth"].text
    assert contrary.endswith(": it does on $f_sinc(x)$ and it does harm on $f_cube(x)$.")


def test_the_numbers_are_those_of_the_comparison() -> None:
    claim = said(commentary(made(CLEAR, noise=0.02, seeds=8)))["depth-on"]
    assert claim.verdict == "less"
    assert 95 < float(claim.values["size"]) < 105
    losses = [float(claim.values[side]) for side in ("first_value", "second_value")]
    assert losses == pytest.approx([0.001, 0.1], rel=0.05)


def test_few_seeds_are_observed_and_have_no_interval() -> None:
    claim = said(commentary(made(CLEAR, seeds=3)))["depth-on"]
    assert claim.verdict == "seen_less"
    assert "seen in all three seeds" in claim.text and "interval" not in claim.text


def test_a_lost_seed_is_no_observation_of_all() -> None:
    losses = {"deep": [0.001, 0.001, None], "shallow": [0.1, 0.1, 0.1]}
    assert said(commentary(made(losses)))["depth-on"].verdict == "undecided"


def test_swapping_two_models_swaps_what_is_said() -> None:
    for x, y in ((CLEAR, REVERSED), (REVERSED, CLEAR)):
        claim, other = (said(commentary(made(v, noise=0, seeds=8)))["depth-on"] for v in (x, y))
        assert {claim.verdict, other.verdict} == {"less", "more"}
        assert claim.values["first_value"] == other.values["second_value"]
        assert claim.values["size"] == other.values["size"]


@pytest.mark.parametrize(("parameters", "words"), [(576, "at equal"), (600, "at nearly equal")])
def test_how_equal_the_sizes_are_is_said(parameters: int, words: str) -> None:
    models = (model("deep", 7, 571), model("shallow", 1, parameters))
    assert f"{words} size" in said(commentary(made(CLEAR, models=models)))["depth"].text


def test_unequal_sizes_say_nothing_about_depth() -> None:
    models = (model("deep", 7, 571), model("shallow", 1, 640))
    assert "depth" not in said(commentary(made(CLEAR, models=models)))
    same = (model("deep", 3, 571), model("shallow", 3, 571))
    assert "depth" not in said(commentary(made(CLEAR, models=same)))


@pytest.mark.parametrize(
    ("losses", "verdict"),
    [
        (CLEAR, "alone"),
        ({"deep": 0.1, "middle": 0.1, "shallow": 9.0}, "some"),
        (EQUAL, "among"),
    ],
)
def test_the_best_is_the_set_that_cannot_be_told_apart(losses: Losses, verdict: str) -> None:
    claim = said(commentary(made(losses, noise=0.05, seeds=8)))["best"]
    assert claim.verdict == verdict
    if verdict == "alone":
        assert "*deep* fits $f_sinc(x)$ best, ahead of *middle* and *shallow*" in claim.text


def test_few_seeds_choose_no_best() -> None:
    assert "best" not in said(commentary(made(CLEAR, seeds=2)))


@pytest.mark.parametrize(
    ("lost", "verb"), [(1, "one diverged and is"), (2, "two diverged and are")]
)
def test_diverged_runs_are_told_and_not_counted(lost: int, verb: str) -> None:
    losses = {"deep": [0.1] * (8 - lost) + [None] * lost, "shallow": [1.0, 1.1, 1.2, 1.0] * 2}
    claims = said(commentary(made(losses)))
    assert claims["diverged"].text.startswith(f"Of 16 runs, {verb} left out")
    assert claims["depth-on"].effect is not None and claims["depth-on"].effect.n == 8 - lost
    assert "without a result left out" in claims["depth-on"].text


def test_nothing_but_diverged_runs() -> None:
    everything = made({"deep": [None, None], "shallow": [None, None]})
    claims = said(commentary(everything))
    assert {name: claim.verdict for name, claim in claims.items()} == {"diverged": "all"}
    whole = section(everything)
    for figure in whole.figures:
        figure.draw()
    assert all(table.markdown("x") for table in whole.tables)


def test_one_function_lost_altogether() -> None:
    claims = commentary(made(CLEAR, {name: [None, None] for name in CLEAR}))
    said(claims)
    verdicts = [c.verdict for group in claims for c in group if c.id.endswith("depth-on")]
    assert verdicts == ["seen_less", "nothing"]


def test_losses_of_zero() -> None:
    for paragraphs in (
        commentary(made({"deep": [0.0, 0.0, 0.0], "shallow": [0.1, 0.1, 0.2]})),
        commentary(made({"deep": [0.0, 0.0], "shallow": [0.0, 0.0]})),
    ):
        assert said(paragraphs)


def test_what_is_said_of_a_function_is_named_after_it() -> None:
    paragraphs = commentary(made(CLEAR, CLEAR, seeds=8))
    names = set(named([claim for paragraph in paragraphs for claim in paragraph]))
    assert {"simulate-function.best.sinc", "simulate-function.depth-on.cube"} <= names


@pytest.mark.parametrize(
    ("ratios", "verdicts"),
    [((1.0, 1.0), ["same"]), ((3.0, 3.0), ["worse"]), ((0.3, 0.3), ["same"])],
)
def test_between_the_points(ratios: tuple[float, float], verdicts: list[str]) -> None:
    claims = commentary(made(CLEAR, CLEAR, test=ratios[0]))
    found = [c for group in claims for c in group if c.id.endswith("between-points")]
    assert [c.verdict for c in found] == verdicts


def test_a_bound_lies_on_the_right_side() -> None:
    claim = said(commentary(made(CLEAR, test=1.0231)))["between-points"]
    assert "at most 1.03 times" in claim.text


@pytest.mark.parametrize(
    ("loss", "verdict", "share"),
    [
        (1e-4, "close", "2.1"),
        (0.01, "rough", "21.2"),
        (0.2, "poor", "94.9"),
        (2.0, "poor", "3.0 times"),
    ],
)
def test_the_error_is_measured_against_the_function(loss: float, verdict: str, share: str) -> None:
    """The function takes the values 0, 1 and 0, whose standard deviation is √2/3."""
    claim = said(commentary(made({"deep": [loss, loss]})))["error"]
    assert (claim.verdict, claim.values["share"].split("\u00a0")[0]) == (verdict, share)


def test_a_constant_is_called_a_constant() -> None:
    claims = commentary(made({"deep": [2 / 9, 1e-4], "shallow": [2 / 9, 2 / 9]}))
    errors = [c for group in claims for c in group if c.id.endswith("error")]
    assert [c.verdict for c in errors] == ["constant", "poor"] or errors[0].values[
        "number"
    ] == "three"


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ([0.5, 0.5], "epochs both runs still"),
        ([0.95, 0.95], "epochs no run changed"),
        ([1.4, 1.0], "epochs one of two runs still"),
        ([0.5, 1.0], "epochs one of two runs still"),
    ],
)
def test_whether_training_had_settled(losses: list[float], words: str) -> None:
    """The loss begins at one, then one epoch lies before the last quarter: rises count too."""
    assert words in said(commentary(settling(losses)))["settling"].text


def settling(losses: list[float]) -> Record:
    one = made({"deep": losses})
    for row, loss in zip(one.rows("runs"), losses, strict=True):
        row |= {"epoch": [0, 80, 100], "train_loss": [1.0, 1.0, loss], "test_loss": [1.0] * 3}
    return one


@pytest.mark.parametrize(
    ("deep", "shallow", "verdict"),
    [
        ([0.1, 1.0, 0.1], [0.1, 0.1, 0.1], "wider"),
        ([0.1, 0.1, 0.1], [0.1, 1.0, 0.1], "narrower"),
        ([0.1, 0.2, 0.1], [0.1, 0.2, 0.1], "mixed"),
    ],
)
def test_reliability_is_compared(deep: list[float], shallow: list[float], verdict: str) -> None:
    claim = said(commentary(made({"deep": deep, "shallow": shallow})))["spread"]
    assert claim.verdict == verdict
    if verdict == "wider":
        assert "a factor of up to 10 between" in claim.text


def test_reliability_that_differs_between_functions_is_not_pooled() -> None:
    wide, narrow = [0.1, 1.0, 0.1], [0.1, 0.1, 0.1]
    one = made({"deep": wide, "shallow": narrow}, {"deep": narrow, "shallow": wide})
    assert said(commentary(one))["spread"].verdict == "mixed"


def test_names_are_shown_literally() -> None:
    hostile = "*deep* $x$ {{< include y >}} <b>"
    models = (model(hostile, 7, 571), model("shallow", 1, 571))
    paragraphs = commentary(made({hostile: [0.1, 9.0], "shallow": [0.1, 0.1]}, models=models))
    for claim in (claim for paragraph in paragraphs for claim in paragraph):
        assert "<b>" not in claim.text and "{{<" not in claim.text


@pytest.mark.sweep
def test_every_wording_is_reached() -> None:
    losses = [CLEAR, REVERSED, EQUAL, MIXED]
    records = [
        made(x, y, noise=noise, seeds=seeds)
        for x in losses
        for y in losses
        for noise, seeds in ((0.005, 8), (0.005, 3), (3.0, 8))
    ]
    records += [made(EQUAL, {"deep": [5.0] * 8, "shallow": [5.0, 1.0] * 4}, noise=0.01, seeds=8)]
    records += [made({"deep": 0.1, "middle": 0.1, "shallow": 9.0}, noise=0.05, seeds=8)]
    records += [made(CLEAR, test=5), made({"deep": [0.01, 0.01]}), made({"deep": [1e-5, 1e-5]})]
    records += [made({"deep": [2 / 9, 0.1]}), made({"deep": [None], "shallow": [None]})]
    records += [made({"deep": [None, 0.1], "shallow": [0.1, None]}, CLEAR)]
    records += [settling(values) for values in ([0.5, 0.5], [1.0, 1.0], [0.5, 1.0])]
    records += [made({"deep": [0.1, 0.1, 0.1], "shallow": [0.1, 1.0, 0.1]})]
    records += [made({"deep": [None, 0.1], "shallow": [0.1, 0.2]})]
    reached = {
        (claim.id, claim.verdict)
        for made_record in records
        for paragraph in commentary(made_record)
        for claim in paragraph
    }
    assert worded(module, reached) == wordings_of(module)
    for one in records:
        said(commentary(one))


def test_figures_and_tables_of_a_usual_record() -> None:
    whole = section(made(CLEAR, CLEAR))
    assert [figure.name for figure in whole.figures] == ["loss", "prediction"]
    for figure in whole.figures:
        assert figure.draw().axes
        assert figure.alt and figure.caption
    assert [table.name for table in whole.tables] == ["models", "functions", "results"]
    results = whole.tables[2]
    assert len(results.rows) == 6
    assert results.rows[0][-1] == "4"


def test_another_loss_is_not_called_a_mean_squared_error() -> None:
    """The typical error is then that of the curve: 0.1 at each of three points, deviation 0.471."""
    base = made({"only": 0.3}, models=(model("only", 1, 31),))
    settings = {
        "functions": [{"name": "sinc", "points": 256}],
        "models": [{"name": "only"}],
        "training": {"loss": {"name": "HuberLoss", "delta": 0.5}},
    }
    found = base.model_copy(update={"settings": settings})
    part = section(found)
    assert "HuberLoss" in part.figures[0].caption and part.words["loss"] == "HuberLoss"
    assert next(t for t in part.tables if t.name == "results").caption.startswith("Final losses.")
    (error,) = [c for p in commentary(found) for c in p if c.id == "simulate-function.error"]
    assert error.verdict == "rough"
    share = np.sqrt((0.1**2 + 0.1**2) / 3 / np.var([0, 1, 0]))
    assert f"The model follows $f_sinc(x)$ only roughly, with a typical error of {share:.1%}" in (
        error.text.replace("\xa0", "")
    )
