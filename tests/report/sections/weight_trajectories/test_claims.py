"""What is said about weight trajectories, on records whose truth is known."""

from itertools import combinations
from typing import Any

import pytest

from report.book.drawing import svg
from report.claims.verdict import contradiction
from report.records import Record
from report.sections.weight_trajectories import claims as weight_trajectories
from report.sections.weight_trajectories.claims import commentary, disjoint
from report.sections.weight_trajectories.figures import section
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.grammar import faults
from tests.report.sections.wording import said, wordings_of

EPOCHS = [0, 3, 6, 9, 12]


def made(
    *,
    runs: int = 8,
    start: float = 5.0,
    end: float = 10.0,
    spread: float = 0.1,
    path: float = 8.0,
    moved: float = 6.0,
    cosine: float = 0.15,
    noise: float = 0.05,
    accuracy: float = 0.97,
    accuracies: float = 0.005,
    explained: float = 0.15,
    losses: tuple[float, ...] = (2.0, 0.3, 0.1, 0.06, 0.05),
    way: tuple[float, ...] = (0.0, 2.0, 4.0, 5.0, 6.0),
    diverged: tuple[int, ...] = (),
    flat: tuple[int, ...] = (),
    regression: bool = False,
) -> Record:
    """A record in which pairs differ by `spread` in distance and by `noise` in the cosine.

    The loss of the runs `flat` does not fall.
    """
    kept = [seed for seed in range(runs) if seed not in diverged]
    rows = []
    for seed in range(runs):
        curve = [losses[0]] * len(losses) if seed in flat else list(losses)
        row = {
            "seed": seed,
            "diverged_at": 1 if seed in diverged else None,
            "epoch": EPOCHS,
            "train_loss": curve,
            "test_loss": curve,
            "final_train_loss": losses[-1] * (1 + accuracies * seed),
            "final_test_loss": 0.3,
        }
        if not regression and seed not in diverged:
            values = [0.1, 0.8, 0.9, 0.95, accuracy - accuracies * seed / runs]
            row |= {"train_accuracy": values, "test_accuracy": values}
        rows.append(row)
    shifts = (-1, 0.5, 1, -0.5)
    distances, pairs, points, parts = [], [], [], []
    for part in ("layer", "model"):
        shares = [explained, explained * 0.9, 0.01]
        few = len(kept) < 2
        parts.append(
            {"part": part, "words": f"the {part}", "parameters": 400, "snapshots": 5 * len(kept)}
            | {"explained": None if few else shares}
        )
        for seed in kept:
            distances.append(
                {"part": part, "seed": seed, "epoch": EPOCHS, "from_start": list(way)}
                | {"path_length": path, "displacement": moved + 0.01 * seed}
            )
            far = [place * (seed + 1) for place in (0.1, 0.4, 0.7, 0.9, 1.0)]
            points.append({"part": part, "seed": seed, "epoch": EPOCHS, "pc1": far, "pc2": far})
        for number, (a, b) in enumerate(combinations(kept, 2)):
            shift = shifts[(a // 2) % 4] if b == a + 1 else 0
            pairs.append(
                {"part": part, "seeds": [a, b], "cosine": cosine + noise * shift}
                | {"start_distance": start, "end_distance": end + spread * (shift + number % 2)}
            )
    return record(
        "weight-trajectories",
        dataset=None if regression else DIGITS,
        models=(model("net"),),
        settings={"seeds": list(range(runs)), "layer": 2, "record_every": 3},
        metrics={"runs": rows, "parts": parts, "points": points, "record_every": 3}
        | {"distances": distances, "pairs": pairs},
    )


CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("ends", "together", {"end": 0.2, "spread": 0.01}),
    ("ends", "clearly_more", {}),
    ("ends", "slightly_more", {"end": 5.5}),
    ("ends", "no_difference", {"end": 5.0, "spread": 1.0}),
    ("ends", "slightly_less", {"end": 4.5}),
    ("ends", "clearly_less", {"end": 2.0}),
    ("ends", "one_seed", {"runs": 3}),
    ("ends", "nothing", {"runs": 2, "diverged": (0,)}),
    ("compared", "beyond", {}),
    ("compared", "partly", {"path": 10.0}),
    ("compared", "within", {"path": 20.0}),
    ("straightness", "straight", {"path": 6.2}),
    ("straightness", "bent", {}),
    ("straightness", "winding", {"path": 20.0}),
    ("directions", "slightly_common", {}),
    ("directions", "common", {"cosine": 0.6}),
    ("directions", "none", {"cosine": 0.0}),
    ("directions", "opposed", {"cosine": -0.3}),
    ("directions", "few", {"runs": 2}),
    ("picture", "part", {}),
    ("picture", "most", {"explained": 0.4}),
    ("early", "before", {}),
    ("early", "after", {"losses": (2.0, 1.9, 1.8, 1.7, 0.05)}),
    ("early", "pace", {"way": (0.0, 2.0, 5.4, 5.8, 6.0)}),
    ("early", "few", {"runs": 2, "flat": (1,)}),
    ("quality", "alike", {}),
    ("quality", "unlike", {"accuracies": 0.1}),
    ("quality", "alike", {"regression": True}),
    ("quality", "unlike", {"regression": True, "accuracies": 1.0}),
    ("quality", "one_place", {"end": 0.2, "spread": 0.01}),
    ("symmetry", "open", {}),
    ("diverged", "some", {"diverged": (3, 5)}),
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
    reached = {(f"weight-trajectories.{name}", verdict) for name, verdict, _ in CASES}
    assert reached == wordings_of(weight_trajectories)


def test_five_to_ten_sentences() -> None:
    assert 5 <= sum(len(group) for group in commentary(made())) <= 10


def test_disjoint_pairs_have_no_run_in_common() -> None:
    pairs = made(diverged=(2,)).frame("pairs")
    chosen = disjoint(pairs[pairs["part"] == "model"])
    assert list(chosen["seeds"]) == [[0, 1], [3, 4], [5, 6]]


def test_the_numbers_are_those_of_the_record() -> None:
    claims = said(commentary(made(spread=0.0)))
    assert "10.0 apart in the mean over all pairs, their starts 5.00" in claims["ends"].text
    assert "a factor of 2.00" in claims["ends"].text
    assert "measures from snapshot to snapshot, 8.00." in claims["compared"].text
    # Nine tenths of the fall from 2.0 to 0.05 is 0.245, passed at epoch 6, at 4 of 6.
    assert "at epoch 6 in the median, the weights have come 67\u00a0%" in claims["early"].text


def test_noise_turns_a_difference_into_none() -> None:
    verdicts = [
        said(commentary(made(end=5.5, spread=spread)))["ends"].verdict
        for spread in (0.01, 0.1, 1.0)
    ]
    assert verdicts == ["slightly_more", "slightly_more", "no_difference"]


@pytest.mark.parametrize(
    "truth", [{}, {"regression": True}, {"runs": 2}, {"diverged": (1,)}, {"explained": 0.4}]
)
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    assert [figure.name for figure in found.figures] == ["layer", "model", "distances"]
    for figure in found.figures:
        assert svg(figure).startswith(b"<?xml")
        assert len(figure.alt) > 40
    assert [table.name for table in found.tables] == ["models", "settings", "distances", "runs"]
    assert any("principal component" in row[1] for row in found.tables[1].rows)


def test_without_two_runs_there_is_nothing_to_draw() -> None:
    found = section(made(runs=2, diverged=(0,)))
    assert not found.figures
    assert [table.name for table in found.tables] == ["models", "settings", "runs"]
