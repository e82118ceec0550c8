"""What is said about sensitivity, on records whose truth is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from report.claims.claim import Claim, Statement
from report.claims.verdict import contradiction
from report.records import Record
from report.sections.sensitivity import claims as sensitivity
from report.sections.sensitivity.claims import commentary, finished, sweep
from report.sections.sensitivity.figures import section
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.grammar import faults

BATCHES = [16, 32, 64, 256, 1024]
RATES = [3e-4, 1e-3, 3e-3, 1e-2, 3e-2]
SETTINGS = {
    "data": {"name": "digits"},
    "training": {"batch_size": 64, "learning_rate": 3e-3, "epochs": 10},
    "batch_sizes": BATCHES,
    "learning_rates": RATES,
    "seeds": [0, 1, 2],
}
NAMES = ("jacobian_norm", "probability_jacobian_norm", "loss_gradient_norm")

Rule = Callable[[float, float, np.random.Generator], float]
"""Of log2(batch / 64), log10(rate / 0.003) and chance."""


def noisy(batch: float, rate: float, draw: np.random.Generator) -> float:
    return float(np.exp(draw.normal(size=3)[2]))


def rising(batch: float, rate: float, draw: np.random.Generator) -> float:
    """With the batch size and the learning rate."""
    return float(np.exp(batch + rate + 0.01 * draw.normal()))


def falling(batch: float, rate: float, draw: np.random.Generator) -> float:
    return 1 / rising(batch, rate, draw)


def made(
    jacobian: Rule = rising,
    probability: Rule = rising,
    gradient: Rule = rising,
    loss_gap: Rule = rising,
    accuracy_gap: Rule = rising,
    fit: Rule = noisy,
    *,
    seeds: int = 3,
    lost: int = 0,
    few: bool = False,
    none_as_batch: bool = False,
) -> Record:
    """Solutions of both sweeps; the first `lost` of them diverged."""
    draw = np.random.default_rng(7)
    approaches = [(b, 3e-3) for b in BATCHES] + [(64, r) for r in RATES if r != 3e-3]
    settings: dict[str, Any] = SETTINGS
    if few:
        approaches = [(16, 3e-3), (64, 3e-3), (64, 1e-2)]
        settings = settings | {"batch_sizes": [16, 64], "learning_rates": [3e-3, 1e-2]}
    if none_as_batch:
        settings = settings | {"batch_sizes": [*BATCHES[:-1], None]}
    rows = []
    for size, rate in approaches:
        for seed in range(seeds):
            place = (float(np.log2(size / 64)), float(np.log10(rate / 3e-3)), draw)
            train = fit(*place)
            rows.append(
                {
                    "batch_size": None if none_as_batch and size == 1024 else size,
                    "learning_rate": rate,
                    "seed": seed,
                    "diverged_at": 2 if len(rows) < lost else None,
                    "final_train_loss": train,
                    "final_test_loss": train + loss_gap(*place),
                    "final_train_accuracy": 1.0,
                    "final_test_accuracy": 0.9 - 1e-4 * accuracy_gap(*place),
                    "jacobian_norm": jacobian(*place),
                    "probability_jacobian_norm": probability(*place),
                    "loss_gradient_norm": gradient(*place),
                    "points": 360,
                }
            )
    return record(
        "sensitivity",
        settings=settings,
        dataset=DIGITS,
        models=(model("mlp", 2),),
        metrics={"test_points": 360, "solutions": rows},
    )


def said(made_record: Record) -> dict[str, Claim]:
    """Claims by name; of the two sweeps, that of the batch size."""
    found: dict[str, Claim] = {}
    for claim in (claim for group in commentary(made_record) for claim in group):
        assert not contradiction(claim)
        assert not faults(claim.text), claim.text
        assert all(used.holds(made_record) for used in claim.evidence)
        found.setdefault(claim.id.partition(".")[2], claim)
    return found


FEW = {"few": True, "seeds": 1}
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("sweep", "rises", {}),
    ("sweep", "falls", {"jacobian": falling}),
    ("sweep", "undecided", {"jacobian": noisy}),
    ("sweep", "too_few", FEW),
    ("second-definition", "same", {}),
    ("second-definition", "different", {"gradient": falling}),
    ("probabilities", "rises", {}),
    ("probabilities", "falls", {"probability": falling}),
    ("probabilities", "undecided", {"probability": noisy}),
    ("probabilities", "too_few", FEW),
    ("loss-gap", "rises", {}),
    ("loss-gap", "falls", {"loss_gap": falling}),
    ("loss-gap", "undecided", {"loss_gap": noisy}),
    ("loss-gap", "too_few", FEW),
    ("fit-held", "rises", {}),
    ("fit-held", "falls", {"loss_gap": falling}),
    ("fit-held", "undecided", {"loss_gap": noisy}),
    ("fit-held", "too_few", FEW),
    ("novak", "rises", {}),
    ("novak", "falls", {"probability": falling}),
    ("novak", "undecided", {"probability": noisy}),
    ("novak", "too_few", FEW),
    ("two-gaps", "rises", {}),
    ("two-gaps", "falls", {"accuracy_gap": falling}),
    ("two-gaps", "undecided", {"accuracy_gap": noisy}),
    ("two-gaps", "too_few", FEW),
    ("diverged", "some", {"lost": 1}),
    ("diverged", "all", {"lost": 27}),
]


@pytest.mark.parametrize(("name", "verdict", "truth"), CASES)
def test_the_sentence_says_the_truth(name: str, verdict: str, truth: dict[str, Any]) -> None:
    assert said(made(**truth))[name].verdict == verdict


def test_every_wording_is_reached() -> None:
    statements = [s for s in vars(sensitivity).values() if isinstance(s, Statement)]
    wordings = {(s.id.partition(".")[2], verdict) for s in statements for verdict in s.wordings}
    assert wordings == {(name, verdict) for name, verdict, _ in CASES}


def test_a_sweep_varies_one_thing() -> None:
    found = made()
    done = finished(found.frame("solutions"))
    batches, rates = (sweep(found, done, v) for v in ("batch_size", "learning_rate"))
    assert list(dict.fromkeys(batches["batch_size"])) == BATCHES
    assert set(batches["learning_rate"]) == {3e-3}
    assert list(dict.fromkeys(rates["learning_rate"])) == RATES
    assert set(rates["batch_size"]) == {64}
    assert len(batches) == len(rates) == 15


def test_the_full_batch_is_the_largest_one() -> None:
    claims = said(made(none_as_batch=True))
    assert "at a batch size of 16 to" in claims["sweep"].text
    assert "at 1,437 (rank" in claims["sweep"].text


def test_fit_alone_is_told_apart_from_sensitivity() -> None:
    """Gap and sensitivity both follow the training loss, and nothing else connects them."""

    def follows(sign: float) -> Rule:
        def rule(batch: float, rate: float, draw: np.random.Generator) -> float:
            return float(np.exp(sign * (batch + rate) + 0.4 * draw.normal()))

        return rule

    claims = said(made(jacobian=follows(1), loss_gap=follows(1), fit=falling))
    assert claims["loss-gap"].verdict == "rises"
    assert claims["fit-held"].verdict == "undecided"


def test_growing_noise_ends_in_no_detectable_trend() -> None:
    def shaken(noise: float) -> Rule:
        return lambda b, r, draw: float(np.exp(b + r + noise * draw.normal()))

    verdicts = [said(made(jacobian=shaken(n)))["sweep"].verdict for n in (0.1, 1, 60)]
    assert verdicts == ["rises", "rises", "undecided"]


def test_all_equal_is_no_trend() -> None:
    """Nor is it called too few solutions: there is nothing to rank."""

    def constant(batch: float, rate: float, draw: np.random.Generator) -> float:
        return 2.0

    claims = said(made(jacobian=constant))
    assert claims["sweep"].verdict == "too_few"
    assert "do not allow" in claims["loss-gap"].text
    assert "second-definition" not in claims


@pytest.mark.parametrize("truth", [{}, {"lost": 27}, FEW | {"lost": 1}])
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    drawn = [] if truth.get("lost") == 27 else ["batch-size", "learning-rate", "gap"]
    assert [figure.name for figure in found.figures] == drawn
    for figure in found.figures:
        figure.draw().savefig("/dev/null", format="svg")
        assert figure.alt
    assert [t.name for t in found.tables][:3] == ["models", "settings", "results"]
    assert all(table.markdown("sensitivity") for table in found.tables)
