"""What is said about random labels, on records whose truth is known."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from report.claims.claim import Claim, Statement
from report.claims.verdict import contradiction
from report.records import Record
from report.sections.random_labels import claims as random_labels
from report.sections.random_labels.claims import commentary
from report.sections.random_labels.figures import section
from tests.report.records.build import DIGITS, model, record

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
    learned: float = 1.0,
    diverged: Sequence[tuple[float, int]] = (),
    fractions: Sequence[float] = FRACTIONS,
    loss: str = "cross_entropy",
    seed_noise: dict[float, float] | None = None,
) -> Record:
    """A record whose curves are given; `noise` is what seeds differ by in test accuracy."""
    runs, fits = [], []
    for fraction in fractions:
        for seed in range(seeds):
            lost = (fraction, seed) in diverged
            shift = (seed - (seeds - 1) / 2) * (seed_noise or {}).get(fraction, noise)
            accuracy = [train(fraction, e + seed * 0.1) for e in EPOCHS]
            tests = [max(0.0, test(fraction, e) + shift) for e in EPOCHS]
            row: dict[str, Any] = {
                "fraction": fraction,
                "seed": seed,
                "diverged_at": 1 if lost else None,
                "epoch": list(EPOCHS),
                "train_accuracy": accuracy,
                "test_accuracy": tests,
                "train_loss": [train_loss(fraction, e) for e in EPOCHS],
                "test_loss": [test_loss(fraction, e) for e in EPOCHS],
                "changed_labels": round(1000 * 0.9 * fraction),
                "changed_fitted": learned if fraction and not lost else None,
            }
            for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy"):
                row[f"final_{name}"] = None if lost else row[name][-1]
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
        settings={"training": {"epochs": EPOCHS[-1], "loss": loss}, "seeds": list(range(seeds))},
        metrics={"chance": 0.1, "runs": runs, "fits": fits},
    )


def said(made_record: Record) -> dict[str, Claim]:
    claims = [c for group in commentary(made_record, made_record.frame("runs")) for c in group]
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


CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("fit", "fitted", {}),
    ("fit", "mostly", {"train": slow(0.95)}),
    ("fit", "falling", {"train": slow(0.5)}),
    ("fit", "stuck", {"train": slow(0.5), "train_loss": flat_loss}),
    ("fit", "nothing", {"diverged": [(1.0, s) for s in range(3)]}),
    ("speed", "clearly_more", {}),
    ("speed", "slightly_more", {"train": lambda f, e: 1 - 0.9 * 2.718 ** (-e / (2 + 0.9 * f))}),
    ("speed", "no_difference", {"train": fits_fast}),
    ("speed", "slightly_less", {"train": lambda f, e: 1 - 0.9 * 2.718 ** (-e / (2.9 - 0.9 * f))}),
    ("speed", "clearly_less", {"train": lambda f, e: 1 - 0.9 * 2.718 ** (-e / (5 - 4 * f))}),
    ("speed", "one_seed", {"seeds": 1}),
    ("speed", "random_not_once", {"train": slow(0.95)}),
    ("speed", "random_not_always", {"diverged": [(1.0, 1)]}),
    ("speed", "true_never", {"train": lambda f, e: 0.5}),
    ("chance", "no_difference", {}),
    ("chance", "clearly_more", {"test": lambda f, e: 0.9 - 0.7 * f}),
    ("chance", "slightly_more", {"test": lambda f, e: 0.9 - 0.795 * f, "noise": 0.001}),
    ("chance", "slightly_less", {"test": lambda f, e: 0.9 - 0.805 * f, "noise": 0.001}),
    ("chance", "clearly_less", {"test": lambda f, e: 0.9 - 0.85 * f}),
    ("chance", "one_seed", {"seeds": 1}),
    ("loss", "rises", {}),
    ("loss", "rises_plainly", {"loss": "mse_log_softmax"}),
    ("loss", "together", {"test_loss": lambda f, e: 2.3 / (1 + e)}),
    ("price", "falls", {}),
    ("price", "rises", {"test": lambda f, e: 0.1 + 0.8 * f}),
    ("price", "undecided", {"test": lambda f, e: 0.5 + 0.3 * (round(5 * f) % 2)}),
    ("price", "too_few", {"seeds": 1, "fractions": (0.0, 0.5, 1.0)}),
    ("first-step", "clearly_less", {}),
    ("first-step", "slightly_less", {"test": lambda f, e: 0.9 - 0.025 * f}),
    ("first-step", "no_difference", {"seed_noise": {0.2: 0.3}}),
    ("first-step", "slightly_more", {"test": lambda f, e: 0.8 + 0.025 * f}),
    ("first-step", "clearly_more", {"test": lambda f, e: 0.1 + 0.8 * f}),
    ("first-step", "one_seed", {"seeds": 1}),
    ("memorized", "all", {}),
    ("memorized", "part", {"learned": 0.6}),
    ("peak", "holds", {}),
    ("peak", "falls_back", {"test": lambda f, e: 0.9 - f * e / 50}),
    ("theory", "agrees", {}),
    ("theory", "open", {"train": slow(0.5)}),
    ("diverged", "some", {"diverged": [(0.4, 2)]}),
]


@pytest.mark.parametrize(("name", "verdict", "truth"), CASES)
def test_the_sentence_says_the_truth(name: str, verdict: str, truth: dict[str, Any]) -> None:
    assert said(made(**truth))[name].verdict == verdict


def test_every_wording_is_reached() -> None:
    statements = [s for s in vars(random_labels).values() if isinstance(s, Statement)]
    wordings = {(s.id.partition(".")[2], verdict) for s in statements for verdict in s.wordings}
    assert wordings == {(name, verdict) for name, verdict, _ in CASES}


def test_the_numbers_are_those_of_the_record() -> None:
    claims = said(made())
    assert "99 %" in claims["fit"].text.replace("\u00a0", " ")
    assert "at epoch 23 on random labels and at epoch 5 on true labels" in claims["speed"].text
    assert "10.00\u00a0% cannot be told from the 10\u00a0% of guessing" in claims["chance"].text
    assert "rises from 2.30 to 6.30" in claims["loss"].text
    assert "from 90.00\u00a0% with 0\u00a0% of them to 10.00\u00a0%" in claims["price"].text
    assert "cost 16.00\u00a0percentage points" in claims["first-step"].text


def test_fitted_is_not_said_when_one_seed_falls_short() -> None:
    def one_short(fraction: float, epoch: float) -> float:
        short = fraction == 1 and epoch % 1 > 0.15  # the third seed
        return min(fits_later(fraction, epoch), 0.98) if short else fits_later(fraction, epoch)

    claims = said(made(train=one_short))
    assert claims["fit"].verdict == "mostly"
    assert claims["speed"].verdict == "random_not_always"
    assert "in two of three runs" in claims["speed"].text


def test_noise_takes_the_verdict_away() -> None:
    assert said(made(noise=0.001))["first-step"].verdict == "clearly_less"
    wild = {0.0: 0.001, 0.2: 0.3}
    assert said(made(seed_noise=wild))["first-step"].verdict == "no_difference"


def test_a_single_share_compares_nothing() -> None:
    claims = said(made(fractions=(1.0,)))
    assert set(claims) == {"fit", "chance", "loss"}


@pytest.mark.parametrize("truth", [{}, {"seeds": 1}, {"diverged": [(1.0, s) for s in range(3)]}])
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    assert [figure.name for figure in found.figures] == ["loss", "accuracy", "price"]
    for figure in found.figures:
        figure.draw().savefig("/dev/null", format="svg")
        assert figure.alt
    _, table = found.tables
    assert len(table.rows) == len(FRACTIONS)
    assert table.markdown("random-labels").count("\n| ") == len(FRACTIONS)
