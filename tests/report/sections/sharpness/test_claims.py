"""What is said about sharpness, on records whose truth is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from report.claims.claim import Claim, Statement
from report.claims.verdict import contradiction
from report.records import Record
from report.sections.sharpness import claims as sharpness
from report.sections.sharpness.claims import commentary
from report.sections.sharpness.figures import section
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.grammar import faults

BATCHES = [16, 32, 64, 256, 1024]
RATES = [3e-4, 1e-3, 3e-3, 1e-2, 3e-2]
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
) -> Record:
    """Solutions of both sweeps, the first `lost` diverged; one of them rescaled by `factors`.

    Rescaled measures are their first value times factor**`power`; `test_loss` is that of the last.
    """
    draw = np.random.default_rng(draw_seed)
    approaches = [(b, 3e-3) for b in BATCHES] + [(64, r) for r in RATES if r != 3e-3]
    settings = SOLUTIONS
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
        for factor in factors
    ]
    return record(
        "sharpness",
        settings={"solutions": settings, "images": 500, "epsilon": 0.001},
        dataset=DIGITS,
        models=(model("mlp", 2),),
        metrics={"images": 500, "solutions": rows, "rescaling": rescaling},
    )


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
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("loss-gap", "rises", {}),
    ("loss-gap", "falls", {"loss_gap": falling}),
    ("loss-gap", "undecided", {"loss_gap": noisy}),
    ("loss-gap", "too_few", FEW),
    ("extremes", "apart", {}),
    ("extremes", "equal", FEW | {"sharp": lambda place, draw: 1.0}),
    ("extremes", "single", FEW | {"lost": 2}),
    ("other-measures", "same", {}),
    ("other-measures", "different", {"trace": falling}),
    ("alike", "rises", {}),
    ("alike", "falls", {"trace": falling}),
    ("alike", "undecided", {"trace": noisy}),
    ("accuracy-gap", "rises", {}),
    ("accuracy-gap", "falls", {"accuracy_gap": falling}),
    ("accuracy-gap", "undecided", {"accuracy_gap": noisy}),
    ("fit", "rises", {"fit": follows(1)}),
    ("fit", "falls", {"fit": follows(-1)}),
    ("fit", "undecided", {}),
    ("fit", "too_few", FEW),
    ("fit", "equal", {"fit": lambda place, draw: 0.5}),
    ("fit-held", "rises", {}),
    ("fit-held", "falls", {"loss_gap": falling}),
    ("fit-held", "undecided", {"sharp": follows(1), "loss_gap": follows(1), "fit": rising}),
    ("batch-size", "rises", {}),
    ("batch-size", "falls", {"sharp": falling}),
    ("batch-size", "undecided", {"sharp": noisy}),
    ("batch-size", "too_few", FEW),
    ("rescaling", "changes", {}),
    ("rescaling", "stays", {"power": 0.01}),
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
    statements = [s for s in vars(sharpness).values() if isinstance(s, Statement)]
    wordings = {(s.id.partition(".")[2], verdict) for s in statements for verdict in s.wordings}
    assert wordings == {(name, verdict) for name, verdict, _ in CASES}


def test_the_numbers_are_those_of_the_record() -> None:
    claims = said(made(sharp=lambda place, draw: float(np.exp(place)), fit=rising))
    assert "goes from 0.135 to 54.6 (rank correlation 1.00" in claims["batch-size"].text
    text = claims["rescaling"].text
    assert "times 8, the next divided by as much" in text
    assert "eigenvalue goes from 3.00 to 192, the trace from 40.0 to 2,560" in text.replace(
        "2560", "2,560"
    )
    assert "same test loss of 0.500" in text


def test_a_changed_function_shows_nothing() -> None:
    claims = said(made(test_loss=0.6))
    assert "rescaling" not in claims
    assert claims["caveat"].verdict == "open"


def test_a_sharpness_that_is_only_fit_is_called_so() -> None:
    """Gap and sharpness both follow the training loss, and nothing else connects them."""
    claims = said(made(sharp=follows(1), loss_gap=follows(-1), fit=rising, draw_seed=3))
    assert claims["loss-gap"].verdict == "falls"
    assert claims["fit"].verdict == "rises"
    assert claims["fit-held"].verdict == "undecided"


def test_what_cannot_be_ranked_is_not_spoken_of() -> None:
    claims = said(made(trace=lambda place, draw: 1.0, accuracy_gap=lambda place, draw: 1.0))
    assert "loss-gap" in claims
    assert not {"other-measures", "alike", "accuracy-gap"} & set(claims)


def test_growing_noise_ends_in_no_detectable_relation() -> None:
    verdicts = [said(made(loss_gap=follows(1, n)))["loss-gap"].verdict for n in (0.1, 1, 60)]
    assert verdicts == ["rises", "rises", "undecided"]


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
    assert [t.name for t in found.tables][:3] == ["models", "settings", "results"]
    assert all(table.markdown("sharpness") for table in found.tables)
