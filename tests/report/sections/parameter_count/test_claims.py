"""What is said about the number of parameters, on records whose truth is known."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from report.claims.claim import Claim, Statement
from report.claims.verdict import contradiction
from report.records import Record
from report.sections.parameter_count import claims as parameter_count
from report.sections.parameter_count.claims import commentary, knee_of
from report.sections.parameter_count.figures import section
from tests.report.records.build import DIGITS, model, record

SIZES = {f"m{n}": 100 * 2**n for n in range(8)}
"""100 to 12,800 parameters; DIGITS has 1,437 training images."""

PATTERNS = ((-1, 0, 1), (0.5, -1, 0.5), (1, 0, -1), (-0.5, 1, -0.5))
"""Noise of three seeds, mean zero."""

Rule = Callable[[int], float]
"""Number of the structure → value."""


def saturating(n: int) -> float:
    return min(0.4 + 0.1 * n, 0.8)


def made(
    test: Rule = saturating,
    train: Rule = lambda n: min(0.5 + 0.1 * n, 1.0),
    train_loss: Rule = lambda n: 1 / (1 + n),
    test_loss: Rule = lambda n: 1 / (1 + n),
    *,
    seeds: int = 3,
    noise: float = 0.001,
    noises: dict[int, float] | None = None,
    diverged: Sequence[tuple[str, int]] = (),
    sizes: dict[str, int] = SIZES,
    examples: int = DIGITS.train_size,
    loss_noise: float = 0.01,
) -> Record:
    """A record whose values are given; seeds differ by `noise` in test accuracy.

    `noises` holds the noise of single structures. It differs from structure to structure, so that
    pairs do not cancel it.
    """
    runs = []
    for n, (name, size) in enumerate(sizes.items()):
        for seed in range(seeds):
            shift = PATTERNS[n % 4][seed] * (1 + n / 10) if seeds > 1 else 0.0
            runs.append(
                {
                    "model": name,
                    "parameters": size,
                    "seed": seed,
                    "diverged_at": 1 if (name, seed) in diverged else None,
                    "final_train_loss": train_loss(n),
                    "final_test_loss": test_loss(n) * (1 + loss_noise * shift),
                    "final_train_accuracy": train(n),
                    "final_test_accuracy": test(n) + (noises or {}).get(n, noise) * shift,
                }
            )
    return record(
        "parameter-count",
        dataset=DIGITS.model_copy(update={"train_size": examples}),
        models=tuple(model(name, 1, size) for name, size in sizes.items()),
        metrics={"runs": runs},
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


def bump(drop: float) -> Rule:
    """Best at the sixth structure, lower from the seventh on."""
    return lambda n: saturating(n) + 0.0001 * (n == 5) - (drop if n > 5 else 0)


def step(rise: float) -> Rule:
    """From the second structure on nothing changes."""
    return lambda n: 0.8 - (rise if n == 0 else 0)


ALL_LOST = [(name, seed) for name in SIZES for seed in range(3)]
THREE = dict(list(SIZES.items())[:3])

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("stops", "stops", {}),
    ("stops", "best_alone", {"test": lambda n: saturating(n) - 0.05 * (n > 4)}),
    ("stops", "largest", {"test": lambda n: 0.1 + 0.1 * n}),
    ("stops", "one_seed", {"seeds": 1}),
    ("stops", "nothing", {"diverged": ALL_LOST}),
    ("before", "clearly_more", {}),
    ("before", "slightly_more", {"test": step(0.005), "noise": 0.0005}),
    (
        "before",
        "no_difference",
        {"test": lambda n: step(0.05)(n) + 0.01 * (n == 5), "noises": {1: 1}},
    ),
    ("after", "no_difference", {"test": bump(0)}),
    ("after", "slightly_less", {"test": bump(0.005), "noise": 0.0005}),
    ("after", "clearly_less", {"test": bump(0.1)}),
    ("trend", "rises", {}),
    ("trend", "falls", {"test": lambda n: 0.9 - 0.05 * n}),
    ("trend", "undecided", {"test": lambda n: 0.8 + 0.05 * (n % 2)}),
    ("trend", "too_few", {"seeds": 1, "sizes": THREE}),
    ("fit", "from", {}),
    ("fit", "some", {"train": lambda n: 0.9 if n == 6 else min(0.5 + 0.1 * n, 1.0)}),
    ("fit", "never", {"train": lambda n: 0.5 + 0.01 * n}),
    ("fit", "unclear", {"train_loss": lambda n: 1 + n % 2}),
    ("fit", "too_few", {"seeds": 1, "sizes": THREE}),
    ("gap", "rises", {"train": lambda n: saturating(n) + 0.02 * n}),
    ("gap", "falls", {"train": lambda n: saturating(n) + 0.2 - 0.02 * n}),
    ("gap", "undecided", {"train": lambda n: saturating(n) + 0.05 * (n % 2)}),
    ("gap", "too_few", {"seeds": 1, "sizes": THREE}),
    ("test-loss", "lowest", {}),
    ("test-loss", "clearly_more", {"test_loss": lambda n: 1 + abs(n - 3)}),
    ("test-loss", "slightly_more", {"test_loss": lambda n: 1 + 0.1 * (n != 3)}),
    ("test-loss", "no_difference", {"test_loss": lambda n: 1 + 0.01 * (n != 2), "loss_noise": 0.2}),
    ("test-loss", "one_seed", {"seeds": 1, "test_loss": lambda n: 1 + abs(n - 3)}),
    ("classical", "no_fall", {}),
    ("classical", "one_seed", {"seeds": 1}),
    ("classical", "falls", {"test": lambda n: saturating(n) - 0.05 * max(0, n - 4)}),
    ("diverged", "some", {"diverged": [("m3", 1)]}),
]


@pytest.mark.parametrize(("name", "verdict", "truth"), CASES)
def test_the_sentence_says_the_truth(name: str, verdict: str, truth: dict[str, Any]) -> None:
    assert said(made(**truth))[name].verdict == verdict


def test_every_wording_is_reached() -> None:
    statements = [s for s in vars(parameter_count).values() if isinstance(s, Statement)]
    wordings = {(s.id.partition(".")[2], verdict) for s in statements for verdict in s.wordings}
    assert wordings == {(name, verdict) for name, verdict, _ in CASES}


def test_size_still_helps_where_a_larger_structure_is_better_than_a_noisy_best_one() -> None:
    """Nothing can be told from the noisy best, but the largest can be told from the others."""

    def best_in_between(n: int) -> float:
        return 0.9 if n == 5 else 0.8 + 0.05 * (n == 7)

    claims = said(made(test=best_in_between, noises={5: 0.3}))
    assert claims["stops"].verdict == "best_alone"
    assert claims["stops"].values["best"] == "m5"
    assert claims["after"].verdict == "no_difference"


def test_too_few_common_seeds_name_no_knee() -> None:
    lost = [("m2", 0), ("m2", 1), ("m6", 2)]
    assert said(made(diverged=lost))["stops"].verdict == "one_seed"


@pytest.mark.parametrize("knee", range(1, 7))
def test_the_knee_is_where_the_rise_ends(knee: int) -> None:
    def rise(n: int) -> float:
        return 0.9 - 0.05 * max(0, knee - n)

    assert knee_of(made(test=rise).frame("runs")) == f"m{knee}"


def test_more_noise_moves_the_knee_to_smaller_structures() -> None:
    def rise(n: int) -> float:
        return 0.9 - 0.05 * max(0, 4 - n)

    knees = [knee_of(made(test=rise, noise=noise).frame("runs")) for noise in (0.001, 0.02, 0.3)]
    assert knees[0] == "m4"
    assert knees == sorted(knees, reverse=True)
    assert knees[-1] == "m0"


def test_the_order_of_the_structures_does_not_matter() -> None:
    turned = dict(reversed(SIZES.items()))
    found = made(test=lambda n: saturating(7 - n), sizes=turned).frame("runs")
    assert knee_of(found) == knee_of(made().frame("runs")) == "m4"


def test_the_numbers_are_those_of_the_record() -> None:
    claims = said(made(test=bump(0.1)))
    assert "Beyond *m4* with 1,600 parameters these runs show no gain" in claims["stops"].text
    assert "16 times the parameters, test accuracy rises from 40.00\u00a0% to 80.00\u00a0%" in (
        claims["before"].text
    )
    assert "drops by 10.00\u00a0percentage points" in claims["after"].text
    assert "Four structures have more than the 1,437" in claims["classical"].text
    assert "from *m5* on: with 3,200 parameters, for 1,437" in claims["fit"].text


def test_theory_is_silent_without_both_sides_of_the_line() -> None:
    assert "classical" not in said(made(examples=50))
    assert "classical" not in said(made(examples=50_000))


@pytest.mark.parametrize("truth", [{}, {"seeds": 1}, {"diverged": [("m0", s) for s in range(3)]}])
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    assert [figure.name for figure in found.figures] == ["loss", "accuracy", "gap"]
    for figure in found.figures:
        figure.draw().savefig("/dev/null", format="svg")
        assert figure.alt
    names = [table.name for table in found.tables]
    assert names == ["models", "results"]
    assert all(len(table.rows) == len(SIZES) for table in found.tables)
