"""What is said about random labels, on records whose truth is known."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from report.claims.claim import Claim
from report.claims.consistency import contradiction
from report.records import Record
from report.sections.random_labels import claims as random_labels
from report.sections.random_labels.claims import commentary
from report.sections.random_labels.figures import section
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.wording import worded, wordings_of

FRACTIONS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
EPOCHS = tuple(range(41))

Curve = Callable[[float, float], float]
"""(share of random labels, epoch) → value."""


def fits_fast(_fraction: float, epoch: float) -> float:
    return 1 - 0.9 * float(np.exp(-epoch))


def fits_later(fraction: float, epoch: float) -> float:
    """Reaches 99 % from epoch 4.5 on true labels and from 22.5 on random ones."""
    return 1 - 0.9 * float(np.exp(-epoch / (1 + 4 * fraction)))


def made(
    train: Curve = fits_later,
    test: Curve = lambda f, e: 0.9 - 0.8 * f if e else 0.1,
    train_loss: Curve = lambda f, e: 2.3 * float(np.exp(-e / 10)),
    test_loss: Curve = lambda f, e: 2.3 + f * e / 10 if f else 2.3 / (1 + e),
    *,
    seeds: int = 3,
    noise: float = 0.002,
    learned: float | dict[float, float] = 1.0,
    diverged: Sequence[tuple[float, int]] = (),
    fractions: Sequence[float] = FRACTIONS,
    loss: str = "cross_entropy",
    seed_noise: dict[float, float] | None = None,
    other: dict[str, Any] | None = None,
    test_labels: str = "true",
) -> Record:
    """A record whose curves are given; `noise` is what seeds differ by in test accuracy.

    `other` is the truth of a second network.
    """
    if other is not None:
        cases = {
            "wide": made(train, test, train_loss, test_loss, seeds=seeds, fractions=fractions),
            "deep": made(**{"seeds": seeds} | other),
        }
        tables = {
            table: [row | {"case": name} for name, one in cases.items() for row in one.rows(table)]
            for table in ("runs", "fits")
        }
        both = cases["wide"].model_copy(deep=True)
        both.metrics.update(tables)
        return both
    runs, fits = [], []
    for fraction in fractions:
        kept = learned.get(fraction, 1.0) if isinstance(learned, dict) else learned
        for seed in range(seeds):
            lost = (fraction, seed) in diverged
            shift = (seed - (seeds - 1) / 2) * (seed_noise or {}).get(fraction, noise)
            accuracy = [train(fraction, e + seed * 0.1) for e in EPOCHS]
            row = {
                "fraction": fraction,
                "seed": seed,
                "diverged_at": 1 if lost else None,
                "epoch": list(EPOCHS),
                "train_accuracy": accuracy,
                "test_accuracy": [max(0.0, test(fraction, e) + shift) for e in EPOCHS],
                "train_loss": [train_loss(fraction, e) for e in EPOCHS],
                "test_loss": [test_loss(fraction, e) for e in EPOCHS],
                "changed_labels": round(1000 * 0.9 * fraction),
                "changed_fitted": kept if fraction else None,
            }
            runs.append(row)
            for threshold in (0.9, 0.99):
                reached = [e for e, a in zip(EPOCHS, accuracy, strict=True) if a >= threshold]
                epoch = reached[0] if reached and not lost else None
                fits.append(
                    {"fraction": fraction, "seed": seed, "threshold": threshold, "epoch": epoch}
                )
    return record(
        "random-labels",
        dataset=DIGITS,
        models=(model("wide"),),
        settings={
            "training": {"epochs": EPOCHS[-1], "loss": loss},
            "seeds": list(range(seeds)),
            "test_labels": test_labels,
        },
        metrics={"chance": 0.1, "runs": runs, "fits": fits},
    )


def said(made_record: Record) -> dict[str, Claim]:
    claims = [c for group in commentary(made_record) for c in group]
    found = {claim.id.partition(".")[2]: claim for claim in claims}
    assert len(found) == len(claims)
    for claim in claims:
        assert not contradiction(claim)
        assert "nan" not in claim.text
        assert claim.text.endswith(".")
        assert all(evidence.holds(made_record) for evidence in claim.evidence)
    return found


def slow(reach: float) -> Curve:
    """True labels are fitted at once, random ones up to `reach`."""
    return lambda f, e: fits_fast(f, e) if f < 1 else 0.1 + (reach - 0.1) * e / EPOCHS[-1]


def flat_loss(_fraction: float, epoch: float) -> float:
    return 2.3 if epoch < 5 else 2.0


def spike(fraction: float, epoch: float) -> float:
    """The last epoch falls back behind the best, as a step of Adam may leave it."""
    return fits_later(fraction, epoch) if epoch < EPOCHS[-1] else 0.93


def sometimes(fraction: float, epoch: float) -> float:
    """The third seed, whose epochs end on 0.2, falls short on random labels."""
    short = fraction == 1 and round(epoch % 1, 1) == 0.2
    return min(fits_later(fraction, epoch), 0.98) if short else fits_later(fraction, epoch)


LOST = [(1.0, s) for s in range(3)]
MANY = {"seeds": 7}
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("fit", "all", {}),
    ("fit", "all", {"train": spike}),
    ("fit", "all_known", {"diverged": [(1.0, 1)]}),
    ("fit", "some", {"train": sometimes}),
    ("fit", "falling", {"train": slow(0.5)}),
    ("fit", "falling", {"train": slow(0.5), "diverged": [(1.0, 1)]}),
    ("fit", "stuck", {"train": slow(0.5), "train_loss": flat_loss}),
    ("fit", "nothing", {"diverged": LOST}),
    ("speed", "more", MANY),
    ("speed", "seen_more", {}),
    ("speed", "alike", {"train": fits_fast, **MANY}),
    ("speed", "less", {"train": lambda f, e: 1 - 0.9 * 2.718 ** (-e / (5 - 4 * f)), **MANY}),
    ("speed", "seen_less", {"train": lambda f, e: 1 - 0.9 * 2.718 ** (-e / (5 - 4 * f))}),
    ("speed", "undecided", {"seeds": 1}),
    ("reached", "random", {"train": slow(0.95)}),
    ("reached", "random", {"diverged": [(1.0, 1)]}),
    ("reached", "random", {"train": lambda f, e: 0.5}),
    ("chance", "alike", MANY),
    ("chance", "undecided", {}),
    ("chance", "undecided", {"seeds": 1}),
    ("chance", "more", {"test": lambda f, e: 0.9 - 0.7 * f, **MANY}),
    ("chance", "seen_more", {"test": lambda f, e: 0.9 - 0.7 * f}),
    ("chance", "less", {"test": lambda f, e: 0.9 - 0.85 * f, **MANY}),
    ("chance", "seen_less", {"test": lambda f, e: 0.9 - 0.85 * f}),
    ("loss", "more", MANY),
    ("loss", "seen_more", {}),
    ("loss", "alike", {"test_loss": lambda f, e: 2.3, **MANY}),
    ("loss", "less", {"test_loss": lambda f, e: 2.3 / (1 + e), **MANY}),
    ("loss", "seen_less", {"test_loss": lambda f, e: 2.3 / (1 + e)}),
    ("loss", "undecided", {"test_loss": lambda f, e: 2.3}),
    ("price", "falls", {}),
    ("price", "rises", {"test": lambda f, e: 0.1 + 0.8 * f}),
    ("price", "undecided", {"test": lambda f, e: 0.5 + 0.3 * (round(5 * f) % 2)}),
    ("price", "too_few", {"fractions": (0.0, 0.5, 1.0)}),
    ("first-step", "less", MANY),
    ("first-step", "seen_less", {}),
    ("first-step", "alike", {"test": lambda f, e: 0.9 - (f > 0.5) * f, **MANY}),
    ("first-step", "more", {"test": lambda f, e: 0.1 + 0.8 * f, **MANY}),
    ("first-step", "seen_more", {"test": lambda f, e: 0.1 + 0.8 * f}),
    ("first-step", "undecided", {"seed_noise": {0.2: 0.3}}),
    ("first-step", "undecided", {"seeds": 1}),
    ("memorized", "all", {}),
    ("memorized", "all_known", {"diverged": [(0.4, 1)]}),
    ("memorized", "some", {"learned": {0.2: 0.6}}),
    ("memorized", "none", {"learned": 0.6}),
    ("memorized", "none_known", {"learned": 0.6, "diverged": [(0.4, 1)]}),
    ("peak", "alike", {"seeds": 13}),
    ("peak", "more", {"test": lambda f, e: 0.9 - f * e / 50, "seeds": 13}),
    ("peak", "seen_more", {"test": lambda f, e: 0.9 - f * e / 50, "seeds": 4}),
    ("fit", "all", {"other": {}}),
    ("fit", "some", {"other": {"train": slow(0.5)}}),
    ("fit", "falling", {"train": slow(0.5), "other": {"train": slow(0.5)}}),
    ("test", "random", {"test_labels": "random"}),
    ("other", "less", {"other": {}, **MANY}),
    ("other", "seen_less", {"other": {}}),
    ("other", "alike", {"other": {"test": lambda f, e: 0.9}, **MANY}),
    ("other", "more", {"other": {"test": lambda f, e: 0.1 + 0.5 * f}, **MANY}),
    ("other", "seen_more", {"other": {"test": lambda f, e: 0.1 + 0.5 * f}}),
    ("other", "undecided", {"other": {"seeds": 1}}),
    ("theory", "agrees", {}),
    ("theory", "open", {"train": slow(0.5)}),
    ("diverged", "some", {"diverged": [(0.4, 2)]}),
    ("diverged", "all", {"diverged": LOST, "fractions": (1.0,)}),
]


@pytest.mark.parametrize(("name", "verdict", "truth"), CASES)
def test_the_sentence_says_the_truth(name: str, verdict: str, truth: dict[str, Any]) -> None:
    assert said(made(**truth))[name].verdict == verdict


def test_every_wording_is_reached() -> None:
    reached = worded(random_labels, {(f"random-labels.{n}", verdict) for n, verdict, _ in CASES})
    assert reached == wordings_of(random_labels)


def test_the_numbers_are_those_of_the_record() -> None:
    claims = {name: claim.text.replace("\u00a0", " ") for name, claim in said(made()).items()}
    assert "reaches a training accuracy of 99 % on them (three seeds)" in claims["fit"]
    assert "takes 23 epochs on random labels and 5 on true ones" in claims["speed"]
    assert "scores 10.00 %, not shown to differ from the 10.00 % of guessing" in claims["chance"]
    assert "rises in all three seeds, from 2.30 to 6.30" in claims["loss"]
    assert "falls from 90.00 % with 0 % of them to 10.00 % with 100 %" in claims["price"]
    assert "in all three seeds, by 16.00 percentage points" in claims["first-step"]


def test_a_seed_that_falls_short_is_counted() -> None:
    claims = said(made(train=sometimes))
    assert "reached by two of three runs (each gets to 98.0\u00a0% or more)" in claims["fit"].text
    assert "in three of three runs on true labels and in two of three" in claims["reached"].text
    assert "theory" not in claims


def test_two_networks_are_counted_apart() -> None:
    few = {"train": slow(0.5), "fractions": (0.0, 0.5, 1.0), "seeds": 2}
    claims = said(made(other=few))
    text = claims["fit"].text
    assert "is reached by three of three runs of *wide* and none of two runs of *deep* (" in text
    assert "theory" not in claims
    alone = said(made())
    for name in ("chance", "speed", "price"):
        assert "*wide*" in claims[name].text and "*wide*" not in alone[name].text
    found = section(made(other=few))
    assert len(found.tables[0].rows) == len(FRACTIONS) + 3
    assert "three seeds" in found.figures[0].caption and "two to" in found.figures[0].caption
    for figure in found.figures:
        figure.draw().savefig("/dev/null", format="svg")


def test_random_test_labels_say_nothing_of_a_price() -> None:
    claims = said(made(test_labels="random"))
    assert not {"chance", "loss", "price", "first-step", "peak", "theory"} & claims.keys()
    assert "intact" not in section(made(test_labels="random")).figures[0].caption


def test_a_bound_is_rounded_outward() -> None:
    claim = said(made(learned=0.92549))["memorized"]
    assert "the best 92.6" in claim.text


def test_a_single_share_compares_nothing() -> None:
    assert set(said(made(fractions=(1.0,)))) == {"fit", "chance", "loss"}
    assert set(said(made(fractions=(0.0,)))) == set()


def test_two_shares_have_no_first_step() -> None:
    claims = said(made(fractions=(0.0, 1.0)))
    assert "first-step" not in claims and "memorized" not in claims
    assert claims["price"].verdict == "too_few"


@pytest.mark.sweep
@pytest.mark.parametrize("truth", [{}, {"seeds": 1}, {"diverged": [(1.0, s) for s in range(3)]}])
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    assert [figure.name for figure in found.figures] == ["loss", "accuracy", "price"]
    for figure in found.figures:
        figure.draw().savefig("/dev/null", format="svg")
        assert figure.alt
    (table,) = [one for one in found.tables if one.name != "settings"]
    assert len(table.rows) == len(FRACTIONS)
    assert table.markdown("random-labels").count("\n| ") == len(FRACTIONS)
