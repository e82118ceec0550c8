"""What is said about weight trajectories, on records whose truth is known."""

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import pytest

from report.book.drawing import svg
from report.claims.consistency import contradiction
from report.records import Record
from report.sections.weight_trajectories import claims as weight_trajectories
from report.sections.weight_trajectories.claims import commentary, disjoint
from report.sections.weight_trajectories.figures import section
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.grammar import faults
from tests.report.sections.wording import said, worded, wordings_of

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
    layer_end: float | None = None,
    layer_spread: float = 0.1,
    layer_explained: float | None = None,
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
        first = explained if part == "model" else layer_explained or explained
        shares = [first, first * 0.9, 0.01]
        parts.append(
            {"part": part, "words": f"the {part}", "parameters": 400, "snapshots": 5 * len(kept)}
            | {"explained": shares if kept else None}
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
            wobble = shift + (number % 2 if b != a + 1 else 0)
            far_apart = end + spread * wobble
            if part == "layer" and layer_end is not None:
                far_apart = layer_end + layer_spread * wobble
            pairs.append(
                {"part": part, "seeds": [a, b], "cosine": cosine + noise * shift}
                | {"start_distance": start, "end_distance": far_apart}
            )
    return record(
        "weight-trajectories",
        dataset=None if regression else DIGITS,
        models=(model("net"),),
        settings={"seeds": list(range(runs)), "layer": 2, "record_every": 3},
        metrics={"runs": rows, "parts": parts, "points": points, "record_every": 3}
        | {"distances": distances, "pairs": pairs},
    )


MANY: dict[str, Any] = {"runs": 14}
"""Seven pairs without a common run: enough for an interval."""

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("answer", "more", {}),
    ("answer", "less", {"end": 2.0}),
    ("answer", "alike", MANY | {"end": 5.0}),
    ("answer", "undecided", {"end": 5.0, "spread": 1.0}),
    ("answer", "differ", {"layer_end": 2.0}),
    ("answer", "partly_more", {"layer_end": 5.0}),
    ("answer", "partly_less", {"end": 2.0, "layer_end": 5.0}),
    ("answer", "partly_alike", MANY | {"end": 5.0, "layer_end": 5.0, "layer_spread": 3.0}),
    ("place", "together", {"end": 0.2, "spread": 0.01}),
    ("place", "single", {"runs": 1}),
    ("place", "nothing", {"runs": 1, "diverged": (0,)}),
    ("place", "nothing", {"runs": 2, "diverged": (0,)}),
    ("ends", "more", MANY),
    ("ends", "seen_more", {}),
    ("ends", "alike", MANY | {"end": 5.0}),
    ("ends", "less", MANY | {"end": 2.0}),
    ("ends", "seen_less", {"end": 2.0}),
    ("ends", "undecided", {"end": 5.0, "spread": 1.0}),
    ("ends", "undecided", {"runs": 3}),
    ("ends", "undecided", {"diverged": (3, 5)}),
    ("straightness", "straight", {"path": 6.2}),
    ("straightness", "bent", {}),
    ("straightness", "one", {"runs": 1}),
    ("straightness", "winding", {"path": 20.0}),
    ("straightness", "mixed", {"path": 9.1}),
    ("directions", "none", {}),
    ("directions", "common", {"cosine": 0.6}),
    ("directions", "mixed", {"cosine": 0.3}),
    ("directions", "opposed", {"cosine": -0.5}),
    ("picture", "part", {}),
    ("picture", "most", {"explained": 0.4}),
    ("picture", "mixed", {"explained": 0.4, "layer_explained": 0.1}),
    ("early", "less", {}),
    ("early", "more", {"losses": (2.0, 1.9, 1.8, 1.7, 0.05)}),
    ("early", "alike", {"way": (0.0, 2.0, 5.4, 5.8, 6.0)}),
    ("early", "seen_less", {"runs": 3}),
    ("early", "seen_more", {"runs": 3, "losses": (2.0, 1.9, 1.8, 1.7, 0.05)}),
    ("early", "undecided", {"runs": 2, "flat": (1,)}),
    ("quality", "alike", {}),
    ("quality", "unlike", {"accuracies": 0.1}),
    ("quality", "alike", {"regression": True}),
    ("quality", "unlike", {"regression": True, "accuracies": 1.0}),
    ("stuck", "counted", {"flat": (2,)}),
    ("symmetry", "open", {}),
    ("diverged", "some", {"diverged": (3, 5)}),
    ("diverged", "all", {"runs": 2, "diverged": (0, 1)}),
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
    cases = ((f"weight-trajectories.{name}", verdict) for name, verdict, _ in CASES)
    assert worded(weight_trajectories, cases) == wordings_of(weight_trajectories)


def test_disjoint_pairs_have_no_run_in_common() -> None:
    pairs = made(diverged=(2,)).frame("pairs")
    chosen = disjoint(pairs[pairs["part"] == "model"])
    assert list(chosen["seeds"]) == [[0, 1], [3, 4], [5, 6]]


def test_the_numbers_are_those_of_the_record() -> None:
    claims = said(commentary(made(spread=0.0)))
    assert "two ends are 10.0 apart and two starts only 5.00" in claims["ends"].text
    assert "(seen in all four disjoint pairs)" in claims["ends"].text
    # Nine tenths of the fall from 2.0 to 0.05 is 0.245, passed at epoch 6, at 4 of 6.
    assert "epoch 6 at the latest, the weights have come 67\u00a0%" in claims["early"].text
    short = claims["answer"].short
    assert short is not None
    assert (short.answer, short.number) == ("No: they move apart.", "distance times 2.0")


def test_runs_decide_and_not_their_pairs() -> None:
    """With 28 pairs of eight runs there are four that are independent: no interval."""
    found = said(commentary(made()))["ends"].effect
    assert found is not None and (found.n, found.low) == (4, None)
    assert said(commentary(made(**MANY)))["ends"].effect.low is not None  # type: ignore[union-attr]


def test_a_lost_run_is_no_observation_of_all() -> None:
    assert said(commentary(made(diverged=(3, 5))))["answer"].verdict == "undecided"


def test_swapping_starts_and_ends_swaps_what_is_said() -> None:
    there, back = (
        said(commentary(made(start=x, end=y, spread=0.0)))["ends"] for x, y in ((5, 10), (10, 5))
    )
    assert (there.verdict, back.verdict) == ("seen_more", "seen_less")
    assert there.values["size"] == back.values["size"]


def test_runs_that_never_moved_have_no_direction() -> None:
    one = made(end=5.0, spread=0.0, way=(0.0,) * 5, path=0.0)
    for row in one.rows("distances"):
        row["displacement"] = 0.0
    for row in one.rows("pairs"):
        row["cosine"] = None
    claims = said(commentary(one))
    assert not {"directions", "straightness", "early"} & set(claims)


def test_layer_and_model_are_not_pooled() -> None:
    claim = said(commentary(made(layer_end=2.0)))["answer"]
    assert "move apart in the whole model and they come closer in the layer" in claim.text


def test_bounds_are_rounded_outward() -> None:
    found = said(commentary(made(path=6.2, moved=6.0)))
    assert "between 1.02 and 1.04 times" in found["straightness"].text  # 6.2 / 6.0 is 1.0333
    directions = said(commentary(made(cosine=0.154, noise=0.0)))["directions"]
    assert "between 0.15 and 0.16" in directions.text


@pytest.mark.parametrize(("flat", "which"), [((2,), "one of eight"), (range(8), "all eight")])
def test_runs_that_learned_nothing_are_counted(flat: Iterable[int], which: str) -> None:
    claim = said(commentary(made(flat=tuple(flat))))["stuck"]
    assert f"In {which} runs the training loss never fell by a factor of 1.25" in claim.text


def test_the_summary_says_where_the_runs_move_apart() -> None:
    short = said(commentary(made(layer_end=5.0)))["answer"].short
    assert short is not None and short.figure == "distances"
    assert short.answer == "No: farther apart in the whole model, open in the layer."


def test_a_description_claims_no_fall_that_is_none() -> None:
    figures = section(made(flat=(1,))).figures
    assert "At the end of seven of them the training loss is lower" in figures[0].alt


@pytest.mark.sweep
@pytest.mark.parametrize(
    "truth",
    [{}, {"regression": True}, {"runs": 2}, {"runs": 1}, {"diverged": (1,)}, {"explained": 0.4}],
)
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    assert [figure.name for figure in found.figures] == ["layer", "model", "distances"]
    for figure in found.figures:
        drawing = svg(figure)
        assert (b'"route":true' in drawing) == (figure.name != "distances")
        assert len(figure.alt) > 40
    assert [table.name for table in found.tables] == ["settings", "distances", "runs"]
    assert any("principal component" in cell for row in found.tables[0].rows for cell in row)


def test_without_a_finite_run_there_is_nothing_to_draw() -> None:
    found = section(made(runs=2, diverged=(0, 1)))
    assert not found.figures
    assert [table.name for table in found.tables] == ["settings", "runs"]


@pytest.mark.sweep
def test_other_projections_have_figures_of_their_own_and_points_are_labeled() -> None:
    given = made()
    given.settings["labels"] = "loss"
    for row in given.rows("points"):
        row |= {"tsne1": row["pc1"], "tsne2": row["pc2"], "own1": row["pc1"], "own2": row["pc2"]}
        row["own_explained"] = [0.8, 0.1]
    found = section(given)
    names = [figure.name for figure in found.figures]
    plain = [figure.name for figure in section(made()).figures]
    more = [f"{part}-{kind}" for kind in ("tsne", "own") for part in ("layer", "model")]
    assert names == [*plain[:2], *more, *plain[2:]]
    for figure in found.figures:
        drawn = figure.draw()
        drawn.savefig("/dev/null", format="svg")
        labeled = any(ax.texts for ax in drawn.axes)
        assert labeled == (figure.name != "distances")
        assert ("small numbers" in figure.caption) == (figure.name != "distances")
    assert commentary(given) == commentary(made())
