"""What is said about the gradient norm, on records whose truth is known."""

from typing import Any

import numpy as np
import pytest

from report.book.drawing import svg
from report.claims.claim import named
from report.claims.consistency import contradiction
from report.records import Record
from report.sections.gradient_norm import claims as gradient_norm
from report.sections.gradient_norm.claims import commentary
from report.sections.gradient_norm.figures import section
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.grammar import faults
from tests.report.sections.wording import said, worded, wordings_of

STEPS = 40
SHAPE = (1.0, 0.9, 0.8)
"""Gradient norm of the whole training set at epochs 0, 5 and 10, as a share of the first."""
RISING = (1.0, 2.0, 1.5)


def made(
    *,
    seeds: int = 3,
    batch: int = 64,
    constant: float | None = None,
    first: float = 1.0,
    last: float | dict[str, float] = 0.01,
    noise: float | dict[str, float] = 0.1,
    loss: float = 0.05,
    loss_noise: float = 0.0,
    shape: tuple[float, ...] = SHAPE,
    shapes: dict[int, tuple[float, ...]] | None = None,
    tail: tuple[float, float] = (0.01, 0.2),
    tails: dict[int, tuple[float, float]] | None = None,
    tail_steps: int = 4,
    together: float = 1.0,
    batch_factor: float = 3.0,
    batch_noise: float = 0.1,
    diverged: tuple[int, ...] = (),
    cases: tuple[str, ...] = ("digits",),
    lost: str = "",
) -> Record:
    """A record in which the norm goes from `first` to `last` and the loss from 1 to `loss`.

    `together` is 1 where loss and norm of the steps fall together, −1 where one falls and the other
    rises, 0 where that depends on the seed. `tail` holds lowest and highest norm of the last tenth;
    its median is `batch_factor` times the last norm. Seeds differ by `noise` decades in the last
    norm, `batch_noise` in that factor, `loss_noise` in the last loss. All runs of `lost` diverged.
    """
    random = np.random.default_rng(6)
    runs: list[dict[str, Any]] = []
    for case in cases:
        for seed in range(seeds):
            row: dict[str, Any] = {"case": case, "seed": seed, "diverged_at": None}
            falling = [1.0 - step / STEPS for step in range(STEPS)]
            like = falling if together > 0 or (together == 0 and seed % 2) else falling[::-1]
            row |= {"window": 1, "steps": STEPS, "step": [float(s) for s in range(STEPS)]}
            row |= {"batch_loss": falling, "batch_gradient_norm": like}
            if seed in diverged or case == lost:
                runs.append(row | {"diverged_at": 1, "reason": "diverged at epoch 1"})
                continue
            typical = last.get(case, 1.0) if isinstance(last, dict) else last
            spread = noise[case] if isinstance(noise, dict) else noise
            end = typical * 10 ** (spread * float(random.normal()))
            curve = [first * share for share in (shapes or {}).get(seed, shape)] + [end, end]
            ended = loss * 10 ** (loss_noise * float(random.normal()))
            low, high = (tails or {}).get(seed, tail)
            excess = batch_factor * 10 ** (batch_noise * float(random.normal()))
            row |= {"epoch": [0, 5, 10, 15, 20], "full_step": [0, 10, 20, 30, 40]}
            row |= {"full_loss": [ended**share for share in (0, 0.25, 0.5, 0.75, 1)]}
            row |= {"full_gradient_norm": curve}
            row |= {"initial_loss": 1.0, "final_loss": ended, "constant_loss": constant}
            row |= {"initial_gradient_norm": first, "final_gradient_norm": end}
            row |= {"largest_batch_gradient_norm": 1.0, "tail_lowest": low, "tail_highest": high}
            runs.append(row | {"tail_steps": tail_steps, "tail_median": end * excess})
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


BOTH = ("sine", "digits")
MANY = {"seeds": 8}
OPEN = {"last": 1.0, "noise": 0.5}
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("answer", "less", {"cases": BOTH}),
    ("answer", "more", {"cases": BOTH, "last": 5.0}),
    ("answer", "alike", {"last": 1.0, "noise": 0.01, **MANY}),
    ("answer", "undecided", {**OPEN, "seeds": 5}),
    ("answer", "undecided", {"seeds": 1}),
    ("answer", "differ", {"cases": BOTH, "last": {"sine": 0.01, "digits": 9.0}}),
    ("answer", "partly_less", {"cases": BOTH, "last": {"sine": 0.001}, "noise": 0.3, **MANY}),
    ("answer", "partly_more", {"cases": BOTH, "last": {"sine": 1000}, "noise": 0.3, **MANY}),
    (
        "answer",
        "partly_alike",
        {"cases": BOTH, "last": 1.0, "noise": {"sine": 0.01, "digits": 1.0}, **MANY},
    ),
    ("fall", "less", MANY),
    ("fall", "seen_less", {}),
    ("fall", "more", {"last": 5.0, **MANY}),
    ("fall", "seen_more", {"last": 5.0}),
    ("fall", "alike", {"last": 1.0, "noise": 0.01, **MANY}),
    ("fall", "undecided", {**OPEN, "seeds": 5}),
    ("fall", "undecided", {"seeds": 1}),
    ("fall", "undecided", {"diverged": (1,)}),
    ("fall", "nothing", {"cases": BOTH, "lost": "sine"}),
    ("descent", "less", {"loss_noise": 0.1, **MANY}),
    ("descent", "seen_less", {}),
    ("descent", "more", {"loss": 2.0, "loss_noise": 0.01, **MANY}),
    ("descent", "seen_more", {"loss": 2.0}),
    ("descent", "alike", {"loss": 1.0, "loss_noise": 0.01, **MANY}),
    ("descent", "undecided", {"loss": 0.7, "loss_noise": 0.3, **MANY}),
    ("peak", "counted", {}),
    ("vanish", "vanishes", {"tail": (1e-5, 5e-4)}),
    ("vanish", "vanishes", {"tails": {1: (1e-5, 5e-4)}}),
    ("vanish", "fluctuates", {}),
    ("vanish", "fluctuates", {"tails": {1: (0.0, 0.2)}}),
    ("vanish", "fluctuates", {"tail": (0.0, 0.2)}),
    ("vanish", "settles", {"tail": (0.1, 0.2)}),
    ("vanish", "varies", {"tails": {1: (0.1, 0.2)}}),
    ("vanish", "ends", {"tail": (0.1, 0.1), "tail_steps": 1}),
    ("vanish", "ends", {"tail": (0.1, 0.1)}),
    ("relation", "more", MANY),
    ("relation", "seen_more", {}),
    ("relation", "less", {"together": -1.0, **MANY}),
    ("relation", "seen_less", {"together": -1.0}),
    ("relation", "undecided", {"together": 0.0}),
    ("relation", "undecided", {"seeds": 1}),
    ("batch", "more", MANY),
    ("batch", "seen_more", {}),
    ("batch", "alike", {"batch_factor": 1.0, "batch_noise": 0.01, **MANY}),
    ("batch", "less", {"batch_factor": 0.2, **MANY}),
    ("batch", "seen_less", {"batch_factor": 0.2}),
    ("batch", "undecided", {"seeds": 1}),
    ("noise", "agrees", {}),
    ("noise", "differs", {"tail": (1e-5, 5e-4)}),
    ("stuck", "dead", {"tails": {1: (0.0, 0.0)}}),
    ("stuck", "stuck", {"loss": 0.98}),
    ("stuck", "constant", {"loss": 0.3, "constant": 0.302}),
    ("diverged", "some", {"diverged": (1,)}),
    ("diverged", "all", {"diverged": (0, 1, 2)}),
]


@pytest.mark.parametrize(("name", "verdict", "truth"), CASES)
def test_the_sentence_says_the_truth(name: str, verdict: str, truth: dict[str, Any]) -> None:
    found = made(**truth)
    claims = said(commentary(found))
    assert claims[name].verdict == verdict
    for claim in claims.values():
        assert not faults(claim.text), claim.text
        assert not contradiction(claim)
        assert all(used.holds(found) for used in claim.evidence)


def test_every_wording_is_reached() -> None:
    assert worded(gradient_norm, ((f"gradient-norm.{n}", v) for n, v, _ in CASES)) == wordings_of(
        gradient_norm
    )


def test_a_full_batch_is_not_compared_with_itself() -> None:
    found = made(batch=640)
    assert {"batch", "noise"}.isdisjoint(said(commentary(found)))


def test_sentences_are_named_by_their_case() -> None:
    found = made(cases=("sine", "digits"))
    claims = [c for group in commentary(found) for c in group]
    assert {"gradient-norm.fall.sine", "gradient-norm.fall.digits"} <= set(named(claims))


def test_the_numbers_are_those_of_the_record() -> None:
    found = made(noise=0.0, batch_noise=0.0, tail=(0.0123, 0.2))
    claims = said(commentary(found))
    assert "falls from 1.00 before training to 0.0100 in its last quarter" in claims["fall"].text
    assert (
        "falls in all three seeds by a factor of 20, from 1.00 to 0.0500." in claims["descent"].text
    )
    assert "varies by a factor of 16 or more in every run" in claims["vanish"].text
    assert "in the end 3.0 times as long" in claims["batch"].text


def test_one_epoch_does_not_decide_whether_the_norm_falls() -> None:
    """A norm that has fallen by decades and jumps back in one epoch of one run has fallen."""
    found = made(seeds=5, last=0.001)
    found.rows("runs")[2]["full_gradient_norm"][1] = 9.0
    found.rows("runs")[2]["final_gradient_norm"] = 9.0
    claim = said(commentary(found))["fall"]
    assert claim.verdict == "seen_less"


@pytest.mark.parametrize(
    ("truth", "words"),
    [({}, "all three"), ({"shape": RISING}, "none of three"), ({"shapes": {1: RISING}}, "two of")],
)
def test_where_the_norm_is_largest_is_counted(truth: dict[str, Any], words: str) -> None:
    found = made(**truth)
    assert f"in {words}" in said(commentary(found))["peak"].text


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        ({"tail": (1e-5, 5e-4)}, "purposes in all three runs"),
        ({"tails": {1: (1e-5, 5e-4)}}, "purposes in one of three runs"),
        ({"tail": (0.0, 0.2)}, "touches zero and comes back in every run"),
        ({"tail": (0.01, 0.2)}, "varies by a factor of 20 or more in every run"),
    ],
)
def test_how_the_norm_of_single_steps_ends(truth: dict[str, Any], words: str) -> None:
    found = made(**truth)
    assert words in said(commentary(found))["vanish"].text


def test_cases_that_contradict_each_other_are_named() -> None:
    found = made(cases=BOTH, last={"sine": 0.01, "digits": 9.0})
    text = said(commentary(found))["answer"].text
    assert text.endswith("depends on the problem: it does on $sine$ and it gets longer on digits.")


def test_the_caption_does_not_count_runs_that_diverged() -> None:
    assert (
        "up to three seeds, as one run diverged" in section(made(diverged=(1,))).figures[0].caption
    )


@pytest.mark.sweep
@pytest.mark.parametrize(
    "truth",
    [{}, {"cases": ("sine", "digits")}, {"seeds": 1}, {"diverged": (1,)}, {"diverged": (0, 1, 2)}],
)
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    assert [figure.name for figure in found.figures] == ["norm"]
    assert svg(found.figures[0]).startswith(b"<?xml")
    assert len(found.figures[0].alt) > 40
    assert [table.name for table in found.tables] == ["settings", "results"]
