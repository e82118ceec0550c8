"""What is said about the gradient norm, on records whose truth is known."""

from typing import Any

import pytest

from report.book.drawing import svg
from report.claims.claim import named
from report.claims.verdict import contradiction
from report.records import Record
from report.sections.gradient_norm import claims as gradient_norm
from report.sections.gradient_norm.claims import commentary
from report.sections.gradient_norm.figures import section
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.grammar import faults
from tests.report.sections.wording import said, wordings_of

STEPS = 40
FULL = (1.0, 0.9, 0.8, 0.6, 0.5)
"""Gradient norm of the whole training set at epochs 0, 5, …, 20, as a share of the first."""


def made(
    *,
    seeds: int = 3,
    batch: int = 64,
    first: float = 1.0,
    last: float = 0.01,
    noise: float = 0.1,
    loss: float = 0.05,
    shape: tuple[float, ...] = FULL,
    shapes: dict[int, tuple[float, ...]] | None = None,
    tail: tuple[float, float, float] = (0.01, 0.05, 0.2),
    tail_steps: int = 4,
    together: float = 1.0,
    batch_factor: float = 3.0,
    batch_noise: float = 0.1,
    diverged: tuple[int, ...] = (),
    cases: tuple[str, ...] = ("digits",),
) -> Record:
    """A record in which the norm goes from `first` to `last` and the loss from 1 to `loss`.

    `together` is 1 where loss and norm of the steps fall together, −1 where one falls and the other
    rises, 0 where that depends on the seed. `tail` holds lowest, median and highest norm of the
    last tenth; the median is `batch_factor` times the last norm. Seeds differ by `noise` decades in
    the last norm and by `batch_noise` in that factor.
    """
    runs: list[dict[str, Any]] = []
    for case in cases:
        for seed in range(seeds):
            falling = [1.0 - step / STEPS for step in range(STEPS)]
            like = falling if together > 0 or (together == 0 and seed % 2) else falling[::-1]
            shift = seed - (seeds - 1) / 2
            end = last * 10 ** (noise * shift)
            runs.append(
                {
                    "case": case,
                    "seed": seed,
                    "diverged_at": 1 if seed in diverged else None,
                    "steps": STEPS,
                    "step": [float(s) for s in range(STEPS)],
                    "batch_loss": falling,
                    "batch_gradient_norm": like,
                    "epoch": [0, 5, 10, 15, 20],
                    "full_step": [0, 10, 20, 30, 40],
                    "full_loss": [1.0, 0.5, 0.3, 0.2, loss],
                    "full_gradient_norm": [first * s for s in (shapes or {}).get(seed, shape)],
                    "final_loss": loss,
                    "initial_gradient_norm": first,
                    "final_gradient_norm": end,
                    "tail_lowest": tail[0],
                    "tail_steps": tail_steps,
                    "tail_median": end * batch_factor * 10 ** (batch_noise * (seed % 2)),
                    "tail_highest": tail[2],
                }
            )
    facts = [
        {"case": case, "kind": "function" if case == "sine" else "images", "title": case}
        | {"examples": 640, "batch_size": batch, "epochs": 20, "steps_per_epoch": 2}
        for case in cases
    ]
    return record(
        "gradient-norm",
        dataset=DIGITS,
        models=(model("net"),),
        metrics={"cases": facts, "runs": runs},
    )


CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("fall", "clearly_less", {}),
    ("fall", "slightly_less", {"last": 0.7, "noise": 0.01}),
    ("fall", "no_difference", {"last": 1.0}),
    ("fall", "slightly_more", {"last": 1.3, "noise": 0.01}),
    ("fall", "clearly_more", {"last": 5.0}),
    ("fall", "one_seed", {"seeds": 1}),
    ("fall", "no_descent", {"loss": 1.2}),
    ("fall", "no_descent", {"loss": 1.0}),
    ("fall", "nothing", {"diverged": (0, 1, 2)}),
    ("peak", "start", {}),
    ("peak", "later", {"shape": (1.0, 2.0, 1.5, 1.0, 0.5)}),
    ("peak", "mixed", {"shapes": {1: (1.0, 2.0, 1.5, 1.0, 0.5)}}),
    ("low", "end", {}),
    ("low", "earlier", {"shape": (1.0, 0.2, 0.3, 0.4, 0.5)}),
    ("low", "mixed", {"shapes": {1: (1.0, 0.2, 0.3, 0.4, 0.5)}}),
    ("vanish", "vanishes", {"tail": (1e-5, 1e-4, 5e-4)}),
    ("vanish", "fluctuates", {}),
    ("vanish", "settles", {"tail": (0.1, 0.15, 0.2)}),
    ("vanish", "ends", {"tail": (0.1, 0.1, 0.1), "tail_steps": 1}),
    ("relation", "rises", {}),
    ("relation", "falls", {"together": -1.0}),
    ("relation", "undecided", {"together": 0.0}),
    ("relation", "too_few", {"seeds": 1}),
    ("batch", "larger", {}),
    ("batch", "equal", {"batch_factor": 1.0}),
    ("batch", "smaller", {"batch_factor": 0.2}),
    ("batch", "one_seed", {"seeds": 1}),
    ("noise", "agrees", {}),
    ("noise", "differs", {"tail": (1e-5, 1e-4, 5e-4)}),
    ("diverged", "some", {"diverged": (1,)}),
]


@pytest.mark.parametrize(("name", "verdict", "truth"), CASES)
def test_the_sentence_says_the_truth(name: str, verdict: str, truth: dict[str, Any]) -> None:
    found = made(**truth)
    claims = said(commentary(found, found.frame("runs")))
    assert claims[name].verdict == verdict
    for claim in claims.values():
        assert not faults(claim.text), claim.text
        assert not contradiction(claim)
        assert all(used.holds(found) for used in claim.evidence)


def test_every_wording_is_reached() -> None:
    reached = {(f"gradient-norm.{name}", verdict) for name, verdict, _ in CASES}
    assert reached == wordings_of(gradient_norm)


def test_a_full_batch_is_not_compared_with_itself() -> None:
    found = made(batch=640)
    assert {"batch", "noise"}.isdisjoint(said(commentary(found, found.frame("runs"))))


def test_five_to_ten_sentences_named_by_their_case() -> None:
    found = made(cases=("sine", "digits"))
    claims = [c for group in commentary(found, found.frame("runs")) for c in group]
    assert 5 <= len(claims) <= 12
    assert {"gradient-norm.fall.sine", "gradient-norm.fall.digits"} <= set(named(claims))


def test_the_numbers_are_those_of_the_record() -> None:
    found = made(noise=0.0, batch_noise=0.0)
    claims = said(commentary(found, found.frame("runs")))
    assert "falls by a factor of 100 during training" in claims["fall"].text
    assert "from 1.00 to 0.0100 in the median" in claims["fall"].text
    assert "while the loss falls by a factor of 20" in claims["fall"].text
    assert "between 0.0100 and 0.200" in claims["vanish"].text
    assert "3.0 times as large" in claims["batch"].text


def test_noise_turns_a_fall_into_no_difference() -> None:
    verdicts = []
    for noise in (0.01, 0.1, 1.0):
        found = made(last=0.4, noise=noise)
        verdicts.append(said(commentary(found, found.frame("runs")))["fall"].verdict)
    assert verdicts == ["clearly_less", "clearly_less", "no_difference"]


@pytest.mark.parametrize(
    "truth",
    [{}, {"cases": ("sine", "digits")}, {"seeds": 1}, {"diverged": (1,)}, {"diverged": (0, 1, 2)}],
)
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    assert [figure.name for figure in found.figures] == ["norm"]
    assert svg(found.figures[0]).startswith(b"<?xml")
    assert len(found.figures[0].alt) > 40
    assert [table.name for table in found.tables] == ["models", "cases", "settings", "results"]
