"""What is said about the error surface, on records whose truth is known."""

import math
from dataclasses import replace
from typing import Any

import pytest

from report.book.drawing import svg
from report.claims.bound import Bound, bound
from report.claims.claim import named
from report.claims.consistency import contradiction
from report.records import Record
from report.sections.error_surface import claims as error_surface
from report.sections.error_surface.claims import WALK_SHARE, commentary
from report.sections.error_surface.figures import section
from report.words.counts import all_of
from report.words.markdown import Markdown
from tests.report.records.build import DIGITS, model, record
from tests.report.sections.grammar import faults
from tests.report.sections.wording import said, worded, wordings_of

PARAMETERS = 200
AXIS = [-2.0, -1.0, 0.0, 1.0, 2.0]
MOVED = 10.0
"""The displacement of every run."""
LOSS = (2.0, 1.0, 0.1)
"""Loss on the trajectory, at the points (8, 0), (4, 1) and (0, 0) of the principal plane."""


def made(
    *,
    seeds: int = 3,
    explained: tuple[float, float] = (0.9, 0.08),
    away: float = 0.5,
    projected: float = 1.1,
    lowest: tuple[float, float] = (0.0, 0.0),
    lowest_loss: float = 0.1,
    at_solution: tuple[int, ...] = (),
    edge: bool = False,
    sides: float = 0.5,
    reached: tuple[bool, bool, bool, bool] = (True,) * 4,
    captured: float = math.sqrt(2 / PARAMETERS),
    away_of: tuple[float, ...] = (),
    projected_of: tuple[float, ...] = (),
    edge_of: tuple[bool, ...] = (),
    second_diverged: bool = False,
    moved: float = MOVED,
    diverged: tuple[int, ...] = (),
    cases: tuple[str, ...] = ("digits",),
    line: tuple[float, ...] = (),
) -> Record:
    """A record with one trajectory for each seed, its principal plane and a random one.

    The lowest point of the principal plane is `lowest`, or the solution for the seeds
    `at_solution`; the losses half way of the straight `line` are one for each seed, or there is
    none; `…_of` gives a value for each seed. All runs of a second case diverge if
    `second_diverged`.
    """
    cases = ("sine", "digits") if second_diverged else cases
    solutions, planes, surfaces, lines = [], [], [], []
    for case in cases:
        for seed in range(seeds):
            lost = seed in diverged or (second_diverged and case == "digits")
            solutions.append(
                {"case": case, "seed": seed, "diverged_at": 1 if lost else None}
                | {"epoch": [0, 1, 2], "loss": list(LOSS), "initial_loss": LOSS[0]}
                | {"solution_loss": LOSS[-1], "displacement": moved, "path_length": 12.0}
            )
            if lost:
                continue
            if line:
                halfway = [9.0, LOSS[0], line[seed], LOSS[-1], 9.0]
                alphas = [-0.5, 0.0, 0.5, 1.0, 1.5]
                lines.append({"case": case, "seed": seed, "alpha": alphas, "loss": halfway})
            off = away_of[seed] if away_of else away
            shown = projected_of[seed] if projected_of else projected
            here = (0.0, 0.0) if seed in at_solution else lowest
            common = {"case": case, "seed": seed, "axes_cosine": 0.0, "origin_loss": LOSS[-1]}
            common |= {"a": [8.0, 4.0, 0.0], "b": [0.0, 1.0, 0.0], "reached": list(reached)}
            planes.append(
                common
                | {"plane": "pca", "explained": list(explained), "axes_norm": [1.0, 1.0]}
                | {"sides": [9.0] * 4, "distance": [off, off / 2, 0.0]}
                | {"projected_loss": [LOSS[0] * shown, LOSS[1], LOSS[2]]}
                | {"largest_distance": off, "captured": 0.98, "lowest": list(here)}
                | {"lowest_loss": lowest_loss if any(here) else LOSS[-1]}
                | {
                    "lowest_distance": math.hypot(*here),
                    "lowest_on_edge": edge_of[seed] if edge_of else edge,
                }
            )
            planes.append(
                common
                | {"plane": "random", "explained": None, "explained_reason": "random"}
                | {"axes_norm": [4.0, 4.0], "sides": [sides, sides, 2 * sides, sides]}
                | {"distance": [9.0, 5.0, 0.0], "projected_loss": [0.1, 0.1, 0.1]}
                | {"largest_distance": 9.0, "captured": captured + 0.001 * seed}
                | {"lowest": [0.0, 0.0], "lowest_loss": 0.1, "lowest_distance": 0.0}
                | {"lowest_on_edge": False}
            )
            if seed == min(set(range(seeds)) - set(diverged)):
                values = [[0.1 + a * a + b * b for a in AXIS] for b in AXIS]
                surfaces += [
                    {"case": case, "seed": seed, "plane": plane, "a": AXIS, "b": AXIS}
                    | {"loss": [[None, *values[0][1:]], *values[1:]]}
                    for plane in ("pca", "random")
                ]
    facts = [
        {"case": case, "kind": "function" if case == "sine" else "images", "title": case}
        | {"examples": 640, "batch_size": 64, "epochs": 2, "steps_per_epoch": 10}
        | {"parameters": PARAMETERS}
        for case in cases
    ]
    return record(
        "error-surface",
        dataset=DIGITS,
        models=(model("net"),),
        metrics={"cases": facts, "grid": 5, "longest": 4.0, "solutions": solutions}
        | {"planes": planes, "surfaces": surfaces}
        | ({"lines": lines} if lines else {}),
    )


LOWER: dict[str, Any] = {"lowest": (-1.0, 0.0), "lowest_loss": 0.05}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("rise", "all", {}),
    ("rise", "some", {"reached": (True, False, True, True)}),
    ("rise", "none", {"reached": (False, False, False, False)}),
    ("rise", "nothing", {"diverged": (0, 1, 2)}),
    ("plane", "flat", {}),
    ("plane", "whole", {"explained": (1.0, 0.0), "away": 0.0}),
    ("plane", "thick", {"away": 3.0}),
    ("plane", "thick", {"away_of": (0.5, 0.5, 3.0)}),
    ("plane", "thick", {"explained": (0.5, 0.1)}),
    ("plane", "still", {"moved": 0.0}),
    ("plane", "nothing", {"second_diverged": True}),
    ("faithfulness", "close", {}),
    ("faithfulness", "roughly", {"projected": 1.6}),
    ("faithfulness", "apart", {"projected": 0.2}),
    ("faithfulness", "mixed", {"projected_of": (1.1, 1.1, 9.0)}),
    ("line", "all", {"line": (1.0, 1.0, 2.1)}),
    ("line", "none", {"line": (3.0, 4.0, 5.0)}),
    ("line", "some", {"line": (1.0, 1.0, 5.0)}),
    ("minimum", "solution", {}),
    ("minimum", "slightly", LOWER | {"lowest_loss": 0.095}),
    ("minimum", "lower", LOWER | {"at_solution": (1,)}),
    ("minimum", "lower", LOWER),
    ("minimum", "lower", LOWER | {"edge_of": (True, False, False)}),
    ("minimum", "lower", {"lowest": (-2.0, 0.0), "lowest_loss": 0.05, "edge": True}),
    ("walk", "theory", {}),
    ("share", "agrees", {}),
    ("share", "differs", {"captured": 0.5}),
    ("diverged", "some", {"diverged": (0,)}),
    ("diverged", "all", {"diverged": (0, 1, 2)}),
]


@pytest.mark.parametrize(("name", "verdict", "truth"), CASES)
def test_the_sentence_says_the_truth(name: str, verdict: str, truth: dict[str, Any]) -> None:
    found = made(**truth)
    claims = [claim for group in commentary(found) for claim in group]
    said(commentary(found))
    assert verdict in [c.verdict for c in claims if c.id == f"error-surface.{name}"]
    for claim in claims:
        assert not faults(claim.text), claim.text
        assert not contradiction(claim)
        assert all(used.holds(found) for used in claim.evidence)


def test_every_wording_is_reached() -> None:
    assert worded(error_surface, ((f"error-surface.{n}", v) for n, v, _ in CASES)) == wordings_of(
        error_surface
    )


def test_sentences_are_named_by_their_case() -> None:
    apart = made(cases=("sine", "digits"), second_diverged=True)
    claims = [c for group in commentary(apart) for c in group]
    assert {"error-surface.plane.sine", "error-surface.plane.digits"} <= set(named(claims))


def test_one_sentence_tells_what_is_the_same_of_all_cases() -> None:
    claims = said(commentary(made(cases=("sine", "digits"))))
    assert claims["plane"].text.startswith("On $sine$ and digits, training takes place almost in a")
    assert "in all six runs" in claims["plane"].text
    assert "in all six runs on $sine$ and digits" in claims["minimum"].text


@pytest.mark.parametrize("name", ["plane", "faithfulness", "minimum"])
def test_a_wrong_number_of_runs_is_noticed(name: str) -> None:
    claim = said(commentary(made()))[name]
    key = "where" if name == "minimum" else "every"
    wrong = replace(claim, values={**claim.values, key: all_of(4, "run")})
    planted = wrong.text.replace("all three runs", "all four runs")
    assert planted != claim.text
    assert "four runs" in contradiction(replace(wrong, text=Markdown(planted)))


def test_a_bound_that_a_run_exceeds_is_noticed() -> None:
    claim = said(commentary(made(away=12.34)))["plane"]
    assert isinstance(claim.values["distance"], Bound)
    planted = bound(1.2, "upper", digits=2)
    planted.of = 1.234
    wrong = replace(claim, values={**claim.values, "distance": planted})
    assert "on the wrong side of 1.234" in contradiction(wrong)


@pytest.mark.parametrize(
    ("lowest", "words"),
    [
        ((-1.0, 0.1), "further along the way from start to solution"),
        ((1.0, -0.1), "back toward the start"),
        ((0.1, 1.0), "to the side of the way"),
    ],
)
def test_the_direction_of_the_lowest_point(lowest: tuple[float, float], words: str) -> None:
    text = said(commentary(made(lowest=lowest, lowest_loss=0.05)))["minimum"].text
    assert words in text
    assert "in all three runs the grid has a point whose loss is lower by a factor of 2.0" in text


def test_the_numbers_are_those_of_the_record() -> None:
    claims = said(commentary(made()))
    assert "hold 98.0\u00a0% of the variance of the trajectory or more" in claims["plane"].text
    assert "by at most 5.0\u00a0% of its displacement" in claims["plane"].text
    # Up to 1.0 times an axis of norm 4, over a displacement of 10.
    assert "within 40.0\u00a0% of the displacement, on all 12 sides of three" in claims["rise"].text
    far = said(commentary(made(sides=3.0, away=12.34)))
    assert "within 2.4 times the displacement, on all 12" in far["rise"].text
    assert "leaves their plane by up to 1.3 times its displacement" in far["plane"].text
    assert "two directions drawn in 200 dimensions, about 10.0\u00a0%" in claims["share"].text
    assert "capture 10.1\u00a0% on digits" in claims["share"].text
    short = claims["rise"].short
    assert short is not None and short.number == "12 of 12 sides"


def test_where_a_lower_point_lies_and_by_how_much() -> None:
    text = said(commentary(made(**LOWER, edge=True)))["minimum"].text
    assert text.endswith(
        "solution, on the border of the grid, so that a still lower one may lie outside."
    )
    assert (
        "in two of three runs" in said(commentary(made(**LOWER, at_solution=(1,))))["minimum"].text
    )
    one = made(**LOWER)
    next(row for row in one.rows("planes") if row["plane"] == "pca")["lowest_loss"] = 0.025
    assert "lower by factors between 2.00 and 4.00" in said(commentary(one))["minimum"].text


def test_one_run_does_not_speak_for_all() -> None:
    """One faithful run, one near the plane, one on the border: nothing is said of every run."""
    text = said(commentary(made(away_of=(0.1, 0.1, 3.0))))["plane"].text
    assert "up to 30.0\u00a0%" in text
    text = said(commentary(made(projected_of=(1.1, 1.1, 9.0))))["faithfulness"].text
    assert "between 1.10 and 9.00" in text
    text = said(commentary(made(**LOWER, edge_of=(True, False, False))))["minimum"].text
    assert "border" not in text


def test_directions_that_differ_are_not_told() -> None:
    one = made(**LOWER)
    rows = [row for row in one.rows("planes") if row["plane"] == "pca"]
    rows[0]["lowest"] = [1.0, 0.0]
    assert said(commentary(one))["minimum"].text.endswith("a factor of 2.00.")


def test_sides_are_counted_by_case() -> None:
    claim = said(commentary(made(cases=("sine", "digits"), reached=(True, False, True, True))))
    assert "on nine of 12 sides on $sine$ and on nine of 12 sides on digits" in claim["rise"].text


def test_losses_of_zero_have_no_factor() -> None:
    one = made()
    for row in one.rows("solutions"):
        row["loss"] = [2.0, 0.0, 0.0]
    for row in one.rows("planes"):
        row["projected_loss"] = [0.0, 0.0, 0.0]
    assert "faithfulness" not in said(commentary(one))


def test_the_share_of_a_random_walk() -> None:
    # Antognini and Sohl-Dickstein 2018: component k has 6/(π²·k²) of the variance; all have 1.
    shares = [6 / (math.pi * k) ** 2 for k in range(1, 200_000)]
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert sum(shares[:2]) == pytest.approx(WALK_SHARE)


@pytest.mark.sweep
@pytest.mark.parametrize(
    "truth",
    [{}, {"cases": ("sine", "digits")}, {"lowest": (-1.0, 0.0)}, {"diverged": (0,)}, {"seeds": 1}],
)
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    assert [figure.name for figure in found.figures] == ["plane", "surface", "distance"]
    for figure in found.figures:
        assert svg(figure).startswith(b"<?xml")
        assert len(figure.alt) > 40
    assert [table.name for table in found.tables] == ["settings", "planes"]


def test_without_a_solution_there_is_nothing_to_draw() -> None:
    found = section(made(diverged=(0, 1, 2)))
    assert not found.figures
    assert not found.tables[-1].rows
