"""What is said about simulating a function, on records whose truth is known."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from report.claims import named
from report.claims.verdict import contradiction
from report.records import Record
from report.sections.simulate_function import claims as module
from report.sections.simulate_function.claims import commentary
from report.sections.simulate_function.figures import section
from tests.report.records.build import model, record
from tests.report.sections.wording import said, wordings_of

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
        {"function": name, "formula": f"f_{name}(x)", "note": "", "domain": [-1, 1], "points": 5}
        | {"x": [-1, 0, 1], "y": [0, 1, 0]}
        for name in ("sinc", "cube")
    ]
    return record(metrics={"functions": truth, "runs": rows}, models=tuple(models))


def _row(function: str, name: str, seed: int, loss: float | None, test: float) -> dict[str, Any]:
    lost = loss is None
    return {
        "function": function,
        "model": name,
        "seed": seed,
        "diverged_at": 1 if lost else None,
        "epoch": [0] if lost else [0, 10],
        "train_loss": [1.0] if lost else [1.0, loss],
        "test_loss": [1.0] if lost else [1.0, test * loss],  # type: ignore[operator]
        "final_train_loss": loss,
        "final_test_loss": None if lost else test * loss,  # type: ignore[operator]
        "prediction": [0.0, 0.9, 0.1],
    }


CLEAR = {"deep": 0.001, "middle": 0.01, "shallow": 0.1}


def test_the_best_model_is_named_with_its_lead() -> None:
    claim = said(commentary(made(CLEAR)))["best"]
    assert claim.verdict == "clearly_less"
    assert (claim.values["best"], claim.values["second"]) == ("deep", "middle")
    assert claim.effect is not None and claim.effect.value == pytest.approx(-1, abs=0.05)
    assert 9 < float(claim.values["factor"]) < 11
    assert claim.text.startswith("On $f_sinc(x)$, *deep* reaches the lowest training loss")


@pytest.mark.parametrize("losses", [{"deep": 0.001, "shallow": 0.1}, {"deep": 0.2, "shallow": 0.1}])
def test_swapping_two_models_swaps_what_is_said(losses: dict[str, float]) -> None:
    swapped = {"deep": losses["shallow"], "shallow": losses["deep"]}
    claim, other = (said(commentary(made(x, noise=0)))["best"] for x in (losses, swapped))
    assert claim.verdict == other.verdict == "clearly_less"
    assert claim.values["best"] == other.values["second"]
    assert claim.text == other.text.translate(str.maketrans({})).replace("*deep*", "*x*").replace(
        "*shallow*", "*deep*"
    ).replace("*x*", "*shallow*")
    depth, opposite = (said(commentary(made(x, noise=0)))["depth"] for x in (losses, swapped))
    assert {depth.verdict, opposite.verdict} == {"clearly_less", "clearly_more"}


@pytest.mark.parametrize(
    ("losses", "noise", "best", "depth"),
    [
        (CLEAR, 0.02, "clearly_less", "clearly_less"),
        ({"deep": 0.1, "middle": 0.01, "shallow": 0.001}, 0.02, "clearly_less", "clearly_more"),
        ({"deep": 0.8, "middle": 5.0, "shallow": 1.0}, 0.005, "slightly_less", "slightly_less"),
        ({"deep": 1.0, "middle": 5.0, "shallow": 0.8}, 0.005, "slightly_less", "slightly_more"),
        (CLEAR, 3.0, "no_difference", "no_difference"),
        ({"deep": 0.1, "middle": 0.1, "shallow": 0.1}, 0.0, "no_difference", "no_difference"),
    ],
)
def test_the_verdict_is_the_truth(losses: Losses, noise: float, best: str, depth: str) -> None:
    claims = said(commentary(made(losses, noise=noise)))
    assert claims["best"].verdict == best
    assert claims["depth"].verdict == depth
    assert not any(contradiction(claim) for claim in claims.values())
    if best == "no_difference":
        assert "cannot be told from" in claims["best"].text
        assert "do not show that depth matters" in claims["depth"].text


def test_one_seed_ranks_nothing() -> None:
    claims = said(commentary(made(CLEAR, seeds=1)))
    assert claims["best"].verdict == claims["depth"].verdict == "one_seed"
    assert "no ranking" in claims["best"].text
    assert "lowest" not in claims["best"].text
    assert claims["spread"].verdict == "one_seed"


def test_no_seed_in_common_ranks_nothing() -> None:
    claims = said(commentary(made({"deep": [0.1, None], "shallow": [None, 0.2]})))
    assert claims["best"].verdict == "one_seed"
    assert "fewer than two seeds in common" in claims["best"].text
    assert "depth" not in claims


def test_a_lower_median_is_no_win_when_pairs_say_the_opposite() -> None:
    wins = [1.0, 1.0, 1.0, 1.0, 0.99, 0.99, 0.99, 0.99, 0.99]
    losses = {"deep": [5.0, 5.0, 5.0, 5.0, *wins[4:]], "shallow": wins[:4] + [1.0] * 5}
    claim = said(commentary(made(losses)))["best"]
    assert claim.values["best"] == "deep"
    assert claim.verdict == "disagree"
    assert "paired by seed *shallow* ends lower" in claim.text


@pytest.mark.parametrize(("parameters", "words"), [(576, "At equal"), (600, "At nearly equal")])
def test_how_equal_the_sizes_are_is_said(parameters: int, words: str) -> None:
    models = (model("deep", 7, 571), model("shallow", 1, parameters))
    claim = said(commentary(made(CLEAR, models=models)))["depth"]
    assert claim.text.startswith(f"{words} size, depth helps here")


def test_unequal_sizes_say_nothing_about_depth() -> None:
    models = (model("deep", 7, 571), model("shallow", 1, 640))
    assert "depth" not in said(commentary(made(CLEAR, models=models)))
    same = (model("deep", 3, 571), model("shallow", 3, 571))
    assert "depth" not in said(commentary(made(CLEAR, models=same)))


@pytest.mark.parametrize(
    ("lost", "verb"), [(1, "one diverged and is"), (2, "two diverged and are")]
)
def test_diverged_runs_are_told_and_not_counted(lost: int, verb: str) -> None:
    losses = {"deep": [0.1] * (4 - lost) + [None] * lost, "shallow": [1.0, 1.1, 1.2, 1.0]}
    claims = said(commentary(made(losses)))
    assert claims["diverged"].text.startswith(f"Of 8 runs, {verb} not counted")
    assert claims["best"].values["best"] == "deep"
    assert claims["best"].effect is not None and claims["best"].effect.n == 4 - lost


def test_nothing_but_diverged_runs() -> None:
    everything = made({"deep": [None, None], "shallow": [None, None]})
    claims = said(commentary(everything))
    assert claims["best"].verdict == "nothing"
    assert set(claims) == {"best", "diverged"}
    whole = section(everything)
    for figure in whole.figures:
        figure.draw()
    assert all(table.markdown("x") for table in whole.tables)


def test_one_function_lost_altogether() -> None:
    claims = said(commentary(made(CLEAR, {name: [None, None] for name in CLEAR})))
    assert "harder" not in claims and "diverged" in claims


def test_losses_of_zero() -> None:
    for paragraphs in (
        commentary(made({"deep": [0.0, 0.0, 0.0], "shallow": [0.1, 0.1, 0.2]})),
        commentary(made({"deep": [0.0, 0.0], "shallow": [0.0, 0.0]})),
    ):
        assert said(paragraphs)


@pytest.mark.parametrize(
    ("factor", "noise", "seeds", "verdict"),
    [
        (100.0, 0.02, 4, "clearly_more"),
        (1.5, 0.001, 4, "slightly_more"),
        (1.5, 1.0, 4, "no_difference"),
        (1.0, 0.0, 4, "no_difference"),
        (100.0, 0.02, 1, "one_seed"),
    ],
)
def test_functions_are_compared(factor: float, noise: float, seeds: int, verdict: str) -> None:
    harder = {name: factor * loss for name, loss in CLEAR.items()}
    claim = said(commentary(made(CLEAR, harder, noise=noise, seeds=seeds)))["harder"]
    assert claim.verdict == verdict
    assert not contradiction(claim)
    if verdict.endswith("more"):
        assert claim.text.startswith("These networks fit $f_cube(x)$")
        other = said(commentary(made(harder, CLEAR, noise=noise, seeds=seeds)))["harder"]
        assert other.verdict == verdict
        assert other.text.startswith("These networks fit $f_sinc(x)$")


def test_what_is_said_of_a_function_is_named_after_it() -> None:
    paragraphs = commentary(made(CLEAR, CLEAR))
    names = set(named([claim for paragraph in paragraphs for claim in paragraph]))
    assert {"simulate-function.best.sinc", "simulate-function.best.cube"} <= names


def test_functions_without_a_common_run_are_not_compared() -> None:
    lost = {"deep": [None, 0.1], "shallow": [0.2, None]}
    found = {"deep": [0.1, None], "shallow": [None, 0.2]}
    assert "harder" not in said(commentary(made(lost, found)))


@pytest.mark.parametrize(("ratio", "verdict"), [(1.0, "same"), (3.0, "worse"), (0.3, "better")])
def test_between_the_points(ratio: float, verdict: str) -> None:
    assert said(commentary(made(CLEAR, test=ratio)))["between-points"].verdict == verdict


@pytest.mark.parametrize(
    ("loss", "verdict", "share"),
    [(1e-4, "close", "2.1"), (0.01, "rough", "21.2"), (0.2, "poor", "94.9")],
)
def test_the_error_is_measured_against_the_function(loss: float, verdict: str, share: str) -> None:
    """The function takes the values 0, 1 and 0, whose standard deviation is √2/3."""
    claim = said(commentary(made({"deep": [loss, loss]})))["error"]
    assert (claim.verdict, claim.values["share"].split("\u00a0")[0]) == (verdict, share)


@pytest.mark.parametrize(("loss", "verdict"), [(0.5, "falling"), (0.95, "settled")])
def test_whether_training_had_settled(loss: float, verdict: str) -> None:
    """The loss begins at one, and one epoch lies before the last quarter."""
    claim = said(commentary(made({"deep": [loss, loss]})))["settling"]
    assert claim.verdict == verdict and f"to {loss} times" in claim.text.replace("0.50", "0.5")


def test_the_spread_of_seeds() -> None:
    wide = said(commentary(made({"deep": [0.1, 1.0, 0.1], "shallow": [0.1, 0.1, 0.1]})))["spread"]
    assert wide.verdict == "wide" and "*deep* on $f_sinc(x)$ differs by a factor of 10" in wide.text
    assert said(commentary(made(CLEAR)))["spread"].verdict == "narrow"
    close = said(commentary(made(CLEAR, noise=0.001)))["spread"]
    assert close.verdict == "equal" and "more than" in close.text and "%" in close.text


def test_names_are_shown_literally() -> None:
    hostile = "*deep* $x$ {{< include y >}} <b>"
    models = (model(hostile, 7, 571), model("shallow", 1, 571))
    paragraphs = commentary(made({hostile: 0.001, "shallow": 0.1}, models=models))
    for claim in (claim for paragraph in paragraphs for claim in paragraph):
        assert "<b>" not in claim.text and "{{<" not in claim.text


def test_every_wording_is_reached() -> None:
    noisy = [(0.02, CLEAR), (3.0, CLEAR), (0.001, CLEAR), (0.005, {"deep": 0.8, "shallow": 1.0})]
    records = [made(x, x, noise=n) for n, x in noisy]
    records += [made({"deep": v["shallow"], "shallow": v["deep"]}, noise=n) for n, v in noisy]
    records += [made(CLEAR, {k: 9 * v for k, v in CLEAR.items()}, test=r) for r in (0.2, 1, 5)]
    records += [
        made(CLEAR, CLEAR, seeds=1),
        made(CLEAR, {k: 1.5 * v for k, v in CLEAR.items()}, noise=0.001),
        made({"deep": 0.1}),
        made({"deep": 1e-4}),
        made({"deep": [0.95, 0.95]}),
        made({"deep": [None], "shallow": [None]}),
    ]
    records += [made({"deep": [5.0] * 4 + [0.99] * 5, "shallow": [1.0] * 9})]
    reached = {
        (claim.id, claim.verdict)
        for made_record in records
        for paragraph in commentary(made_record)
        for claim in paragraph
    }
    assert reached == wordings_of(module)
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
