"""What is said about sensitivity, on records whose truth is known."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from report.claims.claim import Claim
from report.claims.consistency import contradiction
from report.records import Record
from report.sections.approaches import over_approaches, sweep, varied
from report.sections.sensitivity import claims as sensitivity
from report.sections.sensitivity.claims import commentary, finished
from report.sections.sensitivity.figures import section
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.grammar import faults
from tests.report.sections.wording import worded, wordings_of

BATCHES = [16, 32, 64, 256, 1024]
RATES = [3e-4, 1e-3, 3e-3, 1e-2, 3e-2]
MORE_BATCHES = [8, *BATCHES, 4096]
MORE_RATES = [*RATES, 1e-1, 3e-1]
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
    many: bool = False,
    one_rate: bool = False,
    held: tuple[Rule, Rule] | None = None,
    held_jacobian: Rule = rising,
) -> Record:
    """Solutions of both sweeps; the first `lost` of them diverged.

    `many` are seven batch sizes and seven learning rates. `held` are the gap in loss and the
    gradient of the loss of solutions stopped at an equal training loss, of which one got nowhere,
    `held_jacobian` the norm of their Jacobians.
    """
    draw = np.random.default_rng(7)
    batches, rates = (MORE_BATCHES, MORE_RATES) if many else (BATCHES, RATES)
    rates = [3e-3] if one_rate else rates
    approaches = [(b, 3e-3) for b in batches] + [(64, r) for r in rates if r != 3e-3]
    settings: dict[str, Any] = SETTINGS | {"batch_sizes": batches, "learning_rates": rates}
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
    made_record = record(
        "sensitivity",
        settings=settings,
        dataset=DIGITS,
        models=(model("mlp", 2),),
        metrics={"test_points": 360, "solutions": rows},
    )
    if held is None:
        return made_record
    stopped = [_stopped(row, held, held_jacobian, draw) for row in made_record.rows("solutions")]
    stopped[0] |= dict.fromkeys(NAMES) | {"final_train_loss": None}
    metrics = {**made_record.metrics, "equal_loss": stopped}
    return made_record.model_copy(update={"metrics": metrics})


def _stopped(
    row: dict[str, Any],
    held: tuple[Rule, Rule],
    jacobian: Rule,
    draw: np.random.Generator,
) -> dict[str, Any]:
    """A solution of the same approach at a training loss of 0.5."""
    place = (
        float(np.log2((row["batch_size"] or 1024) / 64)),
        float(np.log10(row["learning_rate"] / 3e-3)),
        draw,
    )
    gap, gradient = (rule(*place) for rule in held)
    return row | {
        "stopped_at": 7,
        "final_train_loss": 0.5,
        "final_test_loss": 0.5 + gap,
        "jacobian_norm": jacobian(*place),
        "probability_jacobian_norm": 1.0,
        "loss_gradient_norm": gradient,
    }


def said(made_record: Record) -> dict[str, Claim]:
    """Claims by name; of the two sweeps, that of the batch size."""
    found: dict[str, Claim] = {}
    for claim in (claim for group in commentary(made_record) for claim in group):
        assert not contradiction(claim)
        assert not faults(claim.text), claim.text
        assert all(used.holds(made_record) for used in claim.evidence)
        found.setdefault(claim.id.partition(".")[2], claim)
    return found


def constant(batch: float, rate: float, draw: np.random.Generator) -> float:
    return 2.0


def dead(batch: float, rate: float, draw: np.random.Generator) -> float:
    return 0.0 if rate > 0.9 else rising(batch, rate, draw)


FEW = {"few": True, "seeds": 1}
MANY = {"many": True}
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("loss-gap", "rises", {}),
    ("loss-gap", "falls", {"loss_gap": falling}),
    ("loss-gap", "undecided", {"loss_gap": noisy}),
    ("loss-gap", "undecided", FEW),
    ("loss-gap", "differ", {"gradient": falling}),
    ("loss-gap", "partly_rises", {"gradient": noisy}),
    ("loss-gap", "partly_falls", {"loss_gap": falling, "gradient": noisy}),
    ("correlations", "known", {}),
    ("fit", "rises", {"fit": rising}),
    ("fit", "falls", {"fit": falling}),
    ("fit", "undecided", {}),
    ("fit", "undecided", FEW),
    ("fit", "differ", {"fit": rising, "gradient": falling}),
    ("fit", "partly_rises", {"fit": rising, "gradient": noisy}),
    ("fit", "partly_falls", {"fit": falling, "gradient": noisy}),
    ("fit-held", "rises", {"held": (rising, rising)}),
    ("fit-held", "falls", {"held": (falling, rising)}),
    ("fit-held", "undecided", {"held": (noisy, rising)}),
    ("fit-held", "undecided", FEW | {"held": (rising, rising)}),
    ("fit-held", "differ", {"held": (rising, falling)}),
    ("fit-held", "partly_rises", {"held": (rising, noisy)}),
    ("fit-held", "partly_falls", {"held": (falling, noisy)}),
    ("sweep", "rises", MANY),
    ("sweep", "falls", MANY | {"jacobian": falling, "gradient": falling}),
    ("sweep", "undecided", {}),
    ("sweep", "undecided", MANY | {"jacobian": noisy, "gradient": noisy}),
    ("sweep", "undecided", FEW),
    ("sweep", "undecided", {"one_rate": True, "seeds": 1}),
    ("sweep", "differ", MANY | {"gradient": falling}),
    ("sweep", "partly_rises", MANY | {"gradient": noisy}),
    ("sweep", "partly_falls", MANY | {"jacobian": falling, "gradient": noisy}),
    ("sweep-held", "rises", MANY | {"held": (rising, rising)}),
    ("sweep-held", "falls", MANY | {"held": (rising, falling), "held_jacobian": falling}),
    ("sweep-held", "undecided", {"held": (rising, rising)}),
    ("sweep-held", "differ", MANY | {"held": (rising, falling)}),
    ("sweep-held", "partly_rises", MANY | {"held": (rising, noisy)}),
    ("sweep-held", "partly_falls", MANY | {"held": (rising, noisy), "held_jacobian": falling}),
    ("novak", "rises", {}),
    ("novak", "falls", {"probability": falling}),
    ("novak", "undecided", {"probability": noisy}),
    ("novak", "too_few", FEW),
    ("two-gaps", "rises", {}),
    ("two-gaps", "falls", {"accuracy_gap": falling}),
    ("two-gaps", "undecided", {"accuracy_gap": noisy}),
    ("two-gaps", "too_few", FEW),
    ("dead", "some", {"jacobian": dead}),
    ("dead", "all", {"jacobian": lambda b, r, draw: 0.0}),
    ("diverged", "some", {"lost": 1}),
    ("diverged", "all", {"lost": 27}),
]


@pytest.mark.parametrize(("name", "verdict", "truth"), CASES)
def test_the_sentence_says_the_truth(name: str, verdict: str, truth: dict[str, Any]) -> None:
    assert said(made(**truth))[name].verdict == verdict


def test_every_wording_is_reached() -> None:
    reached = {(f"sensitivity.{name}", verdict) for name, verdict, _ in CASES}
    assert worded(sensitivity, reached) == wordings_of(sensitivity)


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
    text = said(made(none_as_batch=True))["sweep"].text
    assert text.startswith("From a batch size of 16 to 1,437 the norm")


def test_few_values_are_said_to_be_few_with_what_they_show() -> None:
    text = said(made())["sweep"].text
    assert "both rising at every step; five batch sizes are too few to rank" in text
    mixed = said(made(gradient=falling))["sweep"].text
    assert "(rising at every step)" in mixed and "(falling at every step)" in mixed
    neither = said(made(jacobian=noisy, gradient=noisy))["sweep"].text
    assert "both with ups and downs; five batch sizes" in neither


def test_an_approach_counts_once_however_many_seeds_it_has() -> None:
    """Twelve runs of four approaches are four points."""
    done = finished(made(few=True, seeds=4).frame("solutions"))
    assert len(done) == 12
    assert over_approaches(done, "jacobian_norm", "loss_gap").n == 3
    assert said(made(few=True, seeds=4))["loss-gap"].verdict == "undecided"


def test_the_points_are_the_means_of_the_seeds() -> None:
    done = finished(made().frame("solutions"))
    found = over_approaches(done, "jacobian_norm", "loss_gap")
    by = done.groupby(["batch_size", "learning_rate"])
    wanted = sorted(zip(by["jacobian_norm"].mean(), by["loss_gap"].mean(), strict=True))
    assert np.allclose(found.points, wanted)


def test_a_lost_seed_leaves_its_approach_and_a_lost_approach_is_no_point() -> None:
    for lost, points in ((1, 9), (3, 8)):
        done = finished(made(lost=lost).frame("solutions"))
        assert over_approaches(done, "jacobian_norm", "loss_gap").n == points


def test_one_learning_rate_is_no_comparison() -> None:
    """Nothing is said of learning rates, and no figure has a single position."""
    made_record = made(one_rate=True, seeds=1)
    assert list(varied(made_record, finished(made_record.frame("solutions")))) == ["batch_size"]
    texts = [claim.text for group in commentary(made_record) for claim in group]
    assert not any("learning rate" in text for text in texts)
    found = section(made_record)
    assert [figure.name for figure in found.figures] == ["variables", "gap"]
    assert "One seed each" in found.figures[0].caption
    for figure in found.figures:
        figure.draw().savefig("/dev/null", format="svg")


def test_all_equal_is_no_trend() -> None:
    """Nor is it called too few solutions: there is nothing to rank."""
    claims = said(made(jacobian=constant, gradient=constant))
    assert "one of the two is the same for all batch sizes" in claims["sweep"].text
    assert "both the same throughout" in claims["sweep"].text
    assert "one of the two is the same for all approaches" in claims["loss-gap"].text


def test_a_single_outlying_seed_decides_nothing() -> None:
    def outlier(batch: float, rate: float, draw: np.random.Generator) -> float:
        return noisy(batch, rate, draw)

    made_record = made(jacobian=outlier, gradient=outlier, many=True)
    made_record.rows("solutions")[0]["jacobian_norm"] = 1e9
    assert said(made_record)["sweep"].verdict == "undecided"


def test_what_did_not_reach_the_loss_is_counted() -> None:
    text = said(made(held=(rising, rising)))["fit-held"].text
    assert "equal training loss, 0.500, the more" in text
    assert text.endswith("(one training of 27 did not get there).")


@pytest.mark.parametrize(
    ("truth", "answer"),
    [
        ({}, "Yes."),
        ({"gradient": noisy}, "Yes by some measures."),
        ({"gradient": falling}, "Mixed."),
        ({"held": (rising, rising)}, "Yes, also near equal training loss."),
        ({"loss_gap": falling, "held": (falling, rising)}, "No, nor near equal training loss."),
        ({"held": (falling, rising)}, "Yes; near equal training loss, no."),
        ({"held": (noisy, rising)}, "Yes; near equal training loss, open."),
        ({"held": (rising, noisy)}, "Yes; near equal training loss, yes by some measures."),
        ({"held": (rising, falling)}, "Yes; near equal training loss, mixed."),
        ({"loss_gap": noisy, "held": (rising, rising)}, "Open; near equal training loss, yes."),
    ],
)
def test_the_summary_tells_what_holds_at_an_equal_loss(truth: dict[str, Any], answer: str) -> None:
    short = said(made(**truth))["loss-gap"].short
    assert short is not None and short.answer == answer
    assert ("at equal loss)" in short.number) == ("held" in truth)


def test_a_gap_in_accuracy_that_goes_another_way_is_told() -> None:
    text = said(made(held=(falling, rising)))["fit-held"].text
    assert "by either definition of sensitivity, but the gap in accuracy is wider by the" in text
    assert "accuracy" not in said(made(held=(rising, rising)))["fit-held"].text


def test_losses_that_differ_by_what_matters_are_not_called_equal() -> None:
    apart = made(many=True, held=(rising, rising))
    for place, row in enumerate(apart.rows("equal_loss")[1:]):
        row["final_train_loss"] = 0.5 if place % 2 else 0.39
    claims = said(apart)
    assert claims["fit-held"].text.startswith("Stopped at unequal training losses, from 0.390 to")
    assert claims["sweep-held"].text.startswith("At unequal training losses it rises")
    short = claims["loss-gap"].short
    assert short is not None and short.answer == "Yes."


def test_an_approach_that_never_got_there_is_named() -> None:
    stuck = made(held=(rising, rising))
    for row in stuck.rows("equal_loss"):
        if (row["batch_size"], row["learning_rate"]) == (1024, 3e-3):
            row |= dict.fromkeys(NAMES)
    text = said(stuck)["fit-held"].text
    assert text.endswith(
        "(four trainings of 27 did not get there, among them all with batch size 1,024, learning "
        "rate 0.003)."
    )
    (table,) = [t for t in section(stuck).tables if t.name == "results"]
    (never,) = [row for row in table.rows if row[-1] == "0"]
    assert (never[0], never[2], never[3], never[7]) == ("1,024", "–", "0.500", "–")
    assert len(table.rows) == 18 and table.rows.index(never) > 8


@pytest.mark.sweep
@pytest.mark.parametrize("truth", [{}, {"lost": 27}, FEW | {"lost": 1}, {"held": (rising, rising)}])
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    drawn = [] if truth.get("lost") == 27 else ["variables", "gap"]
    assert [figure.name for figure in found.figures] == drawn
    for figure in found.figures:
        figure.draw().savefig("/dev/null", format="svg")
        assert figure.alt
        if figure.name == "gap":
            assert ("triangles: stopped" in figure.caption) is ("held" in truth)
            assert ("stopped by training loss" in figure.alt) is ("held" in truth)
    assert [t.name for t in found.tables][:2] == ["settings", "results"]
    assert all(table.markdown("sensitivity") for table in found.tables)
