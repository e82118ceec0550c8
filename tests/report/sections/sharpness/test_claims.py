"""What is said about sharpness, on records whose truth is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from report.claims.claim import Claim
from report.claims.consistency import contradiction
from report.records import Record
from report.sections.sharpness import claims as sharpness
from report.sections.sharpness.claims import commentary
from report.sections.sharpness.figures import section
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.grammar import faults
from tests.report.sections.wording import worded, wordings_of

BATCHES = [16, 32, 64, 256, 1024]
RATES = [3e-4, 1e-3, 3e-3, 1e-2, 3e-2]
MORE_BATCHES = [8, *BATCHES, 4096]
MORE_RATES = [*RATES, 1e-1, 3e-1]
SOLUTIONS: dict[str, Any] = {
    "data": {"name": "digits"},
    "training": {"batch_size": 64, "learning_rate": 3e-3, "epochs": 10},
    "batch_sizes": BATCHES,
    "learning_rates": RATES,
    "seeds": [0, 1, 2],
}

Rule = Callable[[float, np.random.Generator], float]
"""Of a number that tells the approaches apart, rising with the batch size, and of chance."""


def noisy(place: float, draw: np.random.Generator) -> float:
    return float(np.exp(draw.normal(size=3)[2]))


def rising(place: float, draw: np.random.Generator) -> float:
    return float(np.exp(place + 0.01 * draw.normal()))


def falling(place: float, draw: np.random.Generator) -> float:
    return 1 / rising(place, draw)


def follows(sign: float, noise: float = 0.4) -> Rule:
    return lambda place, draw: float(np.exp(sign * place + noise * draw.normal()))


def made(
    sharp: Rule = rising,
    eigenvalue: Rule = rising,
    trace: Rule = rising,
    loss_gap: Rule = rising,
    accuracy_gap: Rule = rising,
    fit: Rule = noisy,
    *,
    seeds: int = 3,
    few: bool = False,
    lost: int = 0,
    factors: tuple[float, ...] = (1.0, 2.0, 8.0),
    power: float = 2.0,
    test_loss: float = 0.5,
    draw_seed: int = 7,
    many: bool = False,
    one_rate: bool = False,
    held: tuple[Rule, Rule] | None = None,
    held_sharp: Rule = rising,
    slopes: tuple[float, ...] = (),
    whole: float | None = None,
    moved: tuple[str, ...] = ("epsilon_sharpness", "largest_eigenvalue", "trace"),
) -> Record:
    """Solutions of both sweeps, the first `lost` diverged; one of them rescaled by `factors`.

    Rescaled measures are their first value times factor**`power`, as far as they are `moved`;
    `test_loss` is that of the last. `many` are seven batch sizes and seven learning rates. `held`
    are gap and trace of solutions stopped at an equal training loss, the first of which got
    nowhere, `held_sharp` their other measures; `slopes` the first-order shares; `whole` is what the
    trace of two solutions is times as large over all images.
    """
    draw = np.random.default_rng(draw_seed)
    batches, rates = (MORE_BATCHES, MORE_RATES) if many else (BATCHES, RATES)
    rates = [3e-3] if one_rate else rates
    approaches = [(b, 3e-3) for b in batches] + [(64, r) for r in rates if r != 3e-3]
    settings = SOLUTIONS | {"batch_sizes": batches, "learning_rates": rates}
    if few:
        approaches = [(16, 3e-3), (64, 3e-3), (64, 1e-2)]
        settings = settings | {"batch_sizes": [16, 64], "learning_rates": [3e-3, 1e-2]}
    rows: list[dict[str, Any]] = []
    for size, rate in approaches:
        for seed in range(seeds):
            place = float(np.log2(size / 64) - np.log10(rate / 3e-3))
            rows.append(
                {
                    "batch_size": size,
                    "learning_rate": rate,
                    "seed": seed,
                    "diverged_at": 3 if len(rows) < lost else None,
                    "train_loss": fit(place, draw),
                    "loss_gap": loss_gap(place, draw),
                    "accuracy_gap": accuracy_gap(place, draw) / 100,
                    "epsilon_sharpness": sharp(place, draw),
                    "largest_eigenvalue": eigenvalue(place, draw),
                    "trace": trace(place, draw),
                    "trace_standard_error": 0.1,
                    "gradient_norm": 0.01,
                }
            )
    rescaling = [
        {
            "factor": factor,
            "test_loss": test_loss if factor == factors[-1] else 0.5,
            "test_accuracy": 0.9,
            "epsilon_sharpness": 2.0 * factor**power,
            "largest_eigenvalue": 3.0 * factor**power,
            "trace": 40.0 * factor**power,
            "parameter_norm": 5.0 * factor,
        }
        | {name: 2.0 for name in sharpness.MEASURES if name not in moved}
        for factor in factors
    ]
    made_record = record(
        "sharpness",
        settings={"solutions": settings, "images": 500, "epsilon": 0.001},
        dataset=DIGITS,
        models=(model("mlp", 2),),
        metrics={"images": 500, "solutions": rows, "rescaling": rescaling},
    )
    solutions = made_record.rows("solutions")
    for place, row in enumerate(solutions if slopes else []):
        row["first_order"] = slopes[place % len(slopes)]
    made_record.metrics["whole"] = [
        {**row, "images": 5000, "trace": row["trace"] * whole}
        for row in solutions[-2:]
        if whole is not None
    ]
    if held is None:
        return made_record
    stopped = [_stopped(row, held, held_sharp, draw) for row in solutions]
    stopped[0] |= {"loss_gap": None}
    metrics = {**made_record.metrics, "equal_loss": stopped}
    return made_record.model_copy(update={"metrics": metrics})


def _stopped(
    row: dict[str, Any], held: tuple[Rule, Rule], sharp: Rule, draw: np.random.Generator
) -> dict[str, Any]:
    """A solution of the same approach at a training loss of 0.5."""
    place = float(np.log2(row["batch_size"] / 64) - np.log10(row["learning_rate"] / 3e-3))
    return row | {
        "stopped_at": 7,
        "train_loss": 0.5,
        "loss_gap": held[0](place, draw),
        "epsilon_sharpness": sharp(place, draw),
        "largest_eigenvalue": sharp(place, draw),
        "trace": held[1](place, draw),
    }


def said(made_record: Record) -> dict[str, Claim]:
    claims = [claim for group in commentary(made_record) for claim in group]
    found = {claim.id.partition(".")[2]: claim for claim in claims}
    assert len(found) == len(claims)
    for claim in claims:
        assert not contradiction(claim)
        assert not faults(claim.text), claim.text
        assert all(used.holds(made_record) for used in claim.evidence)
    return found


FEW = {"few": True, "seeds": 1}
MANY = {"many": True}
OTHER = {"draw_seed": 11}
"""Noise that is unrelated by the luck of the draw, too."""
ALL_FALL = {"sharp": falling, "eigenvalue": falling, "trace": falling}
ALL_NOISE = {"sharp": noisy, "eigenvalue": noisy, "trace": noisy}


CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("loss-gap", "rises", {}),
    ("loss-gap", "falls", {"loss_gap": falling}),
    ("loss-gap", "undecided", {"loss_gap": noisy}),
    ("loss-gap", "undecided", FEW),
    ("loss-gap", "differ", {"trace": falling}),
    ("loss-gap", "partly_rises", {"trace": noisy}),
    ("loss-gap", "partly_falls", {"trace": noisy, "loss_gap": falling}),
    ("correlations", "known", {}),
    ("accuracy-gap", "rises", {}),
    ("accuracy-gap", "falls", {"accuracy_gap": falling}),
    ("accuracy-gap", "undecided", {"accuracy_gap": noisy}),
    ("accuracy-gap", "differ", {"trace": falling}),
    ("accuracy-gap", "partly_rises", {"trace": noisy}),
    ("accuracy-gap", "partly_falls", {"trace": noisy, "accuracy_gap": falling}),
    ("fit", "rises", {"fit": follows(1)}),
    ("fit", "falls", {"fit": follows(-1)}),
    ("fit", "undecided", {}),
    ("fit", "undecided", FEW),
    ("fit", "undecided", {"fit": lambda place, draw: 0.5}),
    ("fit", "differ", {"fit": follows(1), "trace": falling}),
    ("fit", "partly_rises", {"fit": follows(1), "trace": noisy}),
    ("fit", "partly_falls", {"fit": follows(-1), "trace": noisy}),
    ("fit-held", "rises", {"held": (rising, rising)}),
    ("fit-held", "falls", {"held": (falling, rising)}),
    ("fit-held", "undecided", {"held": (noisy, rising)}),
    ("fit-held", "differ", {"held": (rising, falling)}),
    ("fit-held", "partly_rises", OTHER | {"held": (rising, noisy)}),
    ("fit-held", "partly_falls", OTHER | {"held": (falling, noisy)}),
    ("batch-size", "rises", MANY),
    ("batch-size", "falls", MANY | ALL_FALL),
    ("batch-size", "undecided", MANY | ALL_NOISE),
    ("batch-size", "undecided", {}),
    ("batch-size", "undecided", FEW),
    ("batch-size", "undecided", {"one_rate": True, "seeds": 1}),
    ("batch-size", "differ", MANY | {"trace": falling}),
    ("batch-size", "partly_rises", MANY | {"trace": noisy}),
    ("batch-size", "partly_falls", MANY | ALL_FALL | {"trace": noisy}),
    ("learning-rate", "rises", MANY | ALL_FALL),
    ("learning-rate", "falls", MANY),
    ("learning-rate", "undecided", {}),
    ("learning-rate", "undecided", MANY | ALL_NOISE),
    ("learning-rate", "differ", MANY | {"trace": falling}),
    ("learning-rate", "partly_rises", OTHER | MANY | ALL_FALL | {"trace": noisy}),
    ("learning-rate", "partly_falls", OTHER | MANY | {"trace": noisy}),
    ("first-order", "share", {"slopes": (0.101, 0.399)}),
    ("rescaling", "changes", {}),
    ("rescaling", "some", {"moved": ("trace",)}),
    ("rescaling", "stays", {"power": 0.01}),
    ("batch-size-held", "rises", MANY | {"held": (rising, rising)}),
    ("batch-size-held", "falls", MANY | {"held": (rising, falling), "held_sharp": falling}),
    ("batch-size-held", "undecided", {"held": (rising, rising)}),
    ("batch-size-held", "differ", MANY | {"held": (rising, falling)}),
    ("batch-size-held", "partly_rises", MANY | {"held": (rising, noisy)}),
    ("batch-size-held", "partly_falls", MANY | {"held": (rising, noisy), "held_sharp": falling}),
    ("sample", "differs", {"whole": 1.04}),
    ("sample", "multiplied", {"whole": 2.5}),
    ("caveat", "shown", {}),
    ("caveat", "open", {"power": 0.01}),
    ("caveat", "other", {"factors": ()}),
    ("lost", "some", {"lost": 1}),
    ("lost", "all", {"lost": 27}),
]


@pytest.mark.parametrize(("name", "verdict", "truth"), CASES)
def test_the_sentence_says_the_truth(name: str, verdict: str, truth: dict[str, Any]) -> None:
    assert said(made(**truth))[name].verdict == verdict


def test_every_wording_is_reached() -> None:
    reached = {(f"sharpness.{name}", verdict) for name, verdict, _ in CASES}
    assert worded(sharpness, reached) == wordings_of(sharpness)


def test_the_numbers_are_those_of_the_record() -> None:
    claims = said(made(sharp=lambda place, draw: float(np.exp(place)), fit=rising))
    assert "the ε-sharpness goes from 0.135 to 54.6" in claims["batch-size"].text
    text = claims["rescaling"].text
    assert "times 8, the next divided by as much" in text
    assert "the largest eigenvalue from 3.00 to 192" in text
    assert "the trace from 40.0 to 2560" in text
    assert "same test loss of 0.500" in text


def test_a_network_that_cannot_be_rescaled_may_still_be_rectified() -> None:
    assert "the network here was not rescaled" in said(made(factors=()))["caveat"].text


def test_no_measure_speaks_for_the_others() -> None:
    claims = said(made(sharp=noisy))
    assert claims["loss-gap"].verdict == "partly_rises"
    text = claims["loss-gap"].text
    assert "wider gap between test and training loss, by the largest eigenvalue and the" in (text)
    assert "by the ε-sharpness no order shows" in text


def test_five_batch_sizes_show_their_order_and_decide_nothing() -> None:
    text = said(made(sharp=noisy))["batch-size"].text
    assert "the trace from" in text and "(rising at every step)" in text
    assert "(with ups and downs)" in text
    assert text.endswith("but five batch sizes are too few to rank.")


def test_a_share_is_rounded_outward() -> None:
    text = said(made(slopes=(0.101, 0.399)))["first-order"].text
    assert "between 10\u00a0% and 40\u00a0%" in text
    assert "accounts for 30\u00a0% of the" in said(made(slopes=(0.3,)))["first-order"].text
    none = made(slopes=(0.3,))
    for row in none.rows("solutions"):
        row["first_order"] = None
    assert "first-order" not in said(none)


def test_the_error_of_the_sample_is_told_and_shown() -> None:
    found = made(whole=1.0312)
    assert said(found)["sample"].text == (
        "Over all 5,000 training images in place of 500, the measures of two solutions change by "
        "4\u00a0% at most (the trace)."
    )
    (table,) = [table for table in section(found).tables if table.name == "whole"]
    assert len(table.rows) == 2 and len(table.rows[0]) == len(table.header)


def test_every_further_epsilon_has_its_correlation() -> None:
    found = made(held=(rising, rising))
    found.metrics["epsilons"] = [1e-3, 5e-4]
    for name in ("solutions", "equal_loss"):
        for row in found.rows(name):
            row["by_epsilon"] = [row["epsilon_sharpness"], row["trace"]]
    (table,) = [table for table in section(found).tables if table.name == "correlations"]
    words = [str(row[0]) for row in table.rows]
    assert words[3] == "the ε-sharpness, ε = 0.0005"
    assert words[8] == "the ε-sharpness, ε = 0.0005, stopped by training loss"


def test_a_measure_of_zero_or_below_is_ranked_all_the_same() -> None:
    claims = said(made(trace=lambda place, draw: place, eigenvalue=lambda place, draw: place - 9))
    assert claims["loss-gap"].verdict == "rises"


def test_one_learning_rate_is_no_comparison() -> None:
    made_record = made(one_rate=True, seeds=1)
    assert not any("learning rate" in claim.text for claim in said(made_record).values())
    figures = {figure.name: figure for figure in section(made_record).figures}
    assert "against the learning rate" not in figures["variables"].caption
    assert "learning rate" not in figures["variables"].alt
    figures["variables"].draw().savefig("/dev/null", format="svg")


def test_a_level_test_loss_is_claimed_only_where_it_is_level() -> None:
    for loss, level in ((0.5, True), (0.6, False)):
        figures = {f.name: f for f in section(made(test_loss=loss)).figures}
        assert ("the test loss level" in figures["rescaling"].alt) is level


def test_a_changed_function_shows_nothing() -> None:
    claims = said(made(test_loss=0.6))
    assert "rescaling" not in claims
    assert claims["caveat"].verdict == "open"


def test_a_measure_that_is_the_same_everywhere_is_called_so() -> None:
    claims = said(made(trace=lambda place, draw: 1.0, accuracy_gap=lambda place, draw: 1.0))
    assert claims["loss-gap"].verdict == "partly_rises"
    assert "one of the two is the same for all approaches" in claims["accuracy-gap"].text


def test_growing_noise_ends_in_no_detectable_relation() -> None:
    verdicts = [said(made(loss_gap=follows(1, n)))["loss-gap"].verdict for n in (0.1, 1, 60)]
    assert verdicts == ["rises", "rises", "undecided"]


@pytest.mark.sweep
@pytest.mark.parametrize(
    "truth", [{}, {"lost": 27}, FEW | {"factors": (), "fit": lambda p, d: 0.0}]
)
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    drawn = ["sharpness", "variables", "rescaling"]
    if truth.get("lost") == 27:
        drawn = ["rescaling"]
    if truth.get("factors") == ():
        drawn.remove("rescaling")
    assert [figure.name for figure in found.figures] == drawn
    for figure in found.figures:
        figure.draw().savefig("/dev/null", format="svg")
        assert figure.alt
    assert [t.name for t in found.tables][:2] == ["settings", "results"]
    assert all(table.markdown("sharpness") for table in found.tables)
