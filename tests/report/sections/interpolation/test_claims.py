"""What is said about lines between solutions, on records whose truth is known."""

from collections.abc import Callable
from typing import Any

import pytest

from report.claims.claim import Claim, Statement
from report.claims.verdict import contradiction
from report.records import Record
from report.sections.interpolation import claims as interpolation
from report.sections.interpolation.claims import commentary
from report.sections.interpolation.figures import section
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.grammar import faults

ALPHAS = [-0.5, 0.0, 0.5, 1.0, 1.5]
ENDS = (((64, 1e-3), (1024, 1e-3)), ((64, 1e-2), (1024, 1e-2)))
NOISE = (-1.0, 0.0, 1.0)

Of = Callable[[int, str, int], float]
"""Pair, start, number of the seed → value."""


def high_between_starts(pair: int, start: str, seed: int) -> float:
    return 1 + 0.1 * NOISE[seed] if start == "different" else 0.001


def made(
    barrier: Of = high_between_starts,
    beyond: Of = lambda pair, start, seed: 1.0,
    accuracy: Callable[[int, int, int], float] = lambda pair, end, seed: 0.9,
    fall: float = 0.2,
    fall_noise: float = 0.01,
    *,
    starts: tuple[str, ...] = ("same", "different"),
    seeds: int = 3,
    pairs: int = 2,
    lost: tuple[tuple[int, int], ...] = (),
    settings: tuple[Any, ...] = ENDS,
) -> Record:
    """Lines with given barriers; losses of 0.1 at the solutions and beyond the first one.

    `beyond` is the training loss beyond the second solution, `accuracy` the test accuracy of the
    first (0) and the second (1) solution of a pair, `lost` the diverged second solutions.
    """
    lines, solutions = [], []
    for pair, (first, second) in enumerate(settings[:pairs]):
        for seed in range(seeds):
            for end, (size, learning_rate) in enumerate((first, second)):
                solutions.append(
                    {
                        "batch_size": size,
                        "learning_rate": learning_rate,
                        "seed": seed,
                        "diverged_at": 1 if end == 1 and (pair, seed) in lost else None,
                        "parameter_norm": 10.0 + end,
                        "final_train_loss": 0.1,
                        "final_test_loss": 0.2,
                        "final_train_accuracy": 1.0,
                        "final_test_accuracy": accuracy(pair, end, seed),
                    }
                )
            for start in starts:
                other = seed if start == "same" else (seed + 1) % seeds
                row: dict[str, Any] = {
                    "pair": pair,
                    "start": start,
                    "first_batch_size": first[0],
                    "first_learning_rate": first[1],
                    "first_seed": seed,
                    "second_batch_size": second[0],
                    "second_learning_rate": second[1],
                    "second_seed": other,
                    "distance": 5.0,
                    "reason": None,
                }
                height = barrier(pair, start, seed)
                after = beyond(pair, start, seed)
                for split in ("train", "test"):
                    row |= {
                        f"{split}_loss": [0.1, 0.1, 0.1 + height, 0.1, after],
                        f"{split}_accuracy": [0.9, 0.9, 0.9 - fall, 0.9, 0.8],
                        f"{split}_barrier": height,
                        f"{split}_barrier_alpha": 0.5,
                        f"{split}_accuracy_barrier": max(fall + fall_noise * NOISE[seed], 0),
                    }
                if (pair, other) in lost:
                    kept = [key for key in row if key.startswith(("train", "test", "distance"))]
                    row |= dict.fromkeys(kept) | {"reason": "a solution of the pair diverged"}
                lines.append(row)
    return record(
        "interpolation",
        dataset=DIGITS,
        models=(model("mlp", 2),),
        metrics={"alphas": ALPHAS, "outward": 0.5, "lines": lines, "solutions": solutions},
    )


def said(made_record: Record) -> dict[str, Claim]:
    """Claims by name; of those about pairs, the one about the first pair."""
    found: dict[str, Claim] = {}
    for claim in (claim for group in commentary(made_record) for claim in group):
        assert not contradiction(claim)
        assert not faults(claim.text), claim.text
        assert all(used.holds(made_record) for used in claim.evidence)
        found.setdefault(claim.id.partition(".")[2], claim)
    return found


def flat(height: float) -> Of:
    return lambda pair, start, seed: height


def contrast(size: float, noise: float = 0.01) -> Of:
    """The barrier between different starts minus that of one start."""

    def height(pair: int, start: str, seed: int) -> float:
        return 1 + (size + noise * NOISE[seed] if start == "different" else 0)

    return height


def steep(factor: float, noise: float = 0.001) -> Of:
    return lambda pair, start, seed: 1.1 * factor * (1 + noise * NOISE[seed]) - 1


def better(first: float, noise: float = 0.0001) -> Callable[[int, int, int], float]:
    """Test accuracy of the first solution minus that of the second."""
    return lambda pair, end, seed: 0.9 + (first + noise * NOISE[seed] if end == 0 else 0)


def by_pair(*values: float) -> tuple[Of, Callable[[int, int, int], float]]:
    """The second solution is the steeper one; the first is better by the value of each pair."""
    return (
        lambda pair, start, seed: 4.0,
        lambda pair, end, seed: 0.9 + (values[pair] + 1e-4 * NOISE[seed] if end == 0 else 0),
    )


def keskar(*values: float) -> dict[str, Any]:
    beyond, accuracy = by_pair(*values)
    return {"beyond": beyond, "accuracy": accuracy}


ALL = tuple((pair, seed) for pair in range(2) for seed in range(3))
ONE = {"seeds": 1}
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("same-start", "none", {}),
    ("same-start", "some", {"barrier": lambda p, start, s: 0.5 if p == 1 else 0.001}),
    ("same-start", "all", {"barrier": flat(0.5)}),
    ("different-start", "none", {"barrier": flat(0.002)}),
    ("different-start", "some", {"barrier": lambda p, start, s: 0.5 if p == 1 else 0.001}),
    ("different-start", "all", {}),
    ("contrast", "clearly_more", {}),
    ("contrast", "slightly_more", {"barrier": contrast(0.05)}),
    ("contrast", "no_difference", {"barrier": contrast(0.05, 0.5)}),
    ("contrast", "slightly_less", {"barrier": contrast(-0.05)}),
    ("contrast", "clearly_less", {"barrier": contrast(-0.5)}),
    ("contrast", "one_seed", ONE),
    ("accuracy", "clearly_more", {}),
    ("accuracy", "slightly_more", {"fall": 0.005, "fall_noise": 0.0001}),
    ("accuracy", "no_difference", {"fall": 0.01, "fall_noise": 0.5}),
    ("accuracy", "one_seed", ONE),
    ("literature", "agrees", {}),
    ("literature", "partly", {"barrier": contrast(0.5)}),
    ("literature", "differs", {"barrier": contrast(-0.5)}),
    ("literature", "open", {"barrier": contrast(0.05, 0.5)}),
    ("rise", "clearly_more", {"beyond": steep(3)}),
    ("rise", "slightly_more", {"beyond": steep(1.1)}),
    ("rise", "no_difference", {"beyond": steep(1.1, 0.5)}),
    ("rise", "slightly_less", {"beyond": steep(0.95)}),
    ("rise", "clearly_less", {"beyond": steep(0.5)}),
    ("rise", "one_seed", ONE),
    ("quality", "clearly_more", {"accuracy": better(0.05)}),
    ("quality", "slightly_more", {"accuracy": better(0.005)}),
    ("quality", "no_difference", {"accuracy": better(0.005, 0.1)}),
    ("quality", "slightly_less", {"accuracy": better(-0.005)}),
    ("quality", "clearly_less", {"accuracy": better(-0.05)}),
    ("quality", "one_seed", ONE),
    ("flat-and-good", "agrees", keskar(0.05, 0.05)),
    ("flat-and-good", "disagrees", keskar(-0.05, -0.05)),
    ("flat-and-good", "mixed", keskar(0.05, -0.05)),
    ("flat-and-good", "open", {}),
    ("lost", "some", {"lost": ((1, 2),)}),
    ("lost", "all", {"lost": ALL}),
]


@pytest.mark.parametrize(("name", "verdict", "truth"), CASES)
def test_the_sentence_says_the_truth(name: str, verdict: str, truth: dict[str, Any]) -> None:
    assert said(made(**truth))[name].verdict == verdict


def test_every_wording_is_reached() -> None:
    statements = [s for s in vars(interpolation).values() if isinstance(s, Statement)]
    wordings = {(s.id.partition(".")[2], verdict) for s in statements for verdict in s.wordings}
    assert wordings == {(name, verdict) for name, verdict, _ in CASES}


def test_the_numbers_are_those_of_the_record() -> None:
    claims = said(made(accuracy=better(0.05), beyond=steep(3)))
    assert "from 0.900 to 1.10 high" in claims["different-start"].text
    assert "higher by 0.999 than" in claims["contrast"].text
    assert (
        "gone from 0.100 to 2.30, beyond batch size 64 from 0.100 to 0.100" in claims["rise"].text
    )
    assert "95.00\u00a0% of the test images against 90.00\u00a0%" in claims["quality"].text
    assert claims["rise"].text.startswith("For batch size 64 against 1,024, learning rate 0.001")


def test_swapped_ends_swap_what_is_said() -> None:
    turned = tuple((second, first) for first, second in ENDS)
    claims = said(made(accuracy=better(0.05), beyond=steep(3), settings=turned))
    assert "steeper beyond batch size 64:" in claims["rise"].text
    assert "batch size 1,024 gives the better solution" in claims["quality"].text


def test_what_differs_is_what_is_named() -> None:
    rates = (((64, 1e-3), (64, 1e-2)), ((None, 1e-5), (10, 1e-3)))
    first, second = (
        next(c for c in group if c.id == "interpolation.quality")
        for group in (
            commentary(made(accuracy=better(0.05), settings=rates[:1], pairs=1))[1],
            commentary(made(accuracy=better(0.05), settings=rates[1:], pairs=1))[1],
        )
    )
    assert "learning rate 0.001 gives the better solution" in first.text
    assert "the full batch and learning rate 1×10⁻⁵ gives the better" in second.text


def test_without_a_barrier_nothing_is_said_to_separate() -> None:
    """Different starts are told apart, but stay below what counts as a barrier."""
    low = made(barrier=lambda pair, start, seed: 0.004 + 1e-4 * seed if start != "same" else 0.001)
    claims = said(low)
    assert claims["contrast"].verdict == "slightly_more"
    assert claims["different-start"].verdict == "none"
    assert claims["literature"].verdict == "open"


def test_growing_noise_ends_in_no_detectable_difference() -> None:
    verdicts = [
        said(made(barrier=contrast(0.5, noise)))["contrast"].verdict for noise in (0.01, 0.1, 2)
    ]
    assert verdicts == ["clearly_more", "clearly_more", "no_difference"]


def test_one_start_alone() -> None:
    claims = said(made(starts=("same",)))
    assert "contrast" not in claims
    assert "different-start" not in claims
    assert "common initial weights" in claims["accuracy"].text
    assert "same-start" not in said(made(starts=("different",)))


@pytest.mark.parametrize("truth", [{}, {"lost": ALL}, ONE | {"pairs": 1}])
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    drawn = [] if truth.get("lost") == ALL else ["loss", "accuracy"]
    assert [figure.name for figure in found.figures] == drawn
    for figure in found.figures:
        figure.draw().savefig("/dev/null", format="svg")
        assert figure.alt
    assert [table.name for table in found.tables] == ["models", "settings", "solutions", "lines"]
    assert all(table.markdown("interpolation") for table in found.tables)


def test_a_loss_of_zero_can_be_drawn() -> None:
    exact = made(barrier=lambda pair, start, seed: -0.1)  # 0 in the middle
    for figure in section(exact).figures:
        figure.draw().savefig("/dev/null", format="svg")
