"""The error surface: its origin is the solution, its plane holds the trajectory's projection."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from torch import Tensor

from experiments.engine.context import Context
from experiments.measures.surface import Extent, Losses, extent
from experiments.settings.consistency import faults
from experiments.tasks.error_surface import Settings, run
from experiments.tasks.task import Measured


@pytest.fixture
def settings(function_case: dict[str, Any], image_case: dict[str, Any]) -> Settings:
    return Settings.model_validate(
        {"cases": [function_case, image_case], "grid": 11, "snapshots": 6, "seeds": [0, 1]}
    )


@pytest.fixture
def measured(settings: Settings, context: Context) -> Measured:
    return run(settings, context)


def test_the_origin_is_the_solution(measured: Measured) -> None:
    solutions = {(r.case, r.seed): r for r in measured.metrics.solutions}
    assert len(measured.metrics.planes) == 2 * 2 * 2
    for plane in measured.metrics.planes:
        solution = solutions[plane.case, plane.seed]
        assert plane.origin_loss == solution.solution_loss
        assert plane.distance[-1] == pytest.approx(0, abs=1e-12)
        assert plane.a[-1] == pytest.approx(0, abs=1e-12)
        assert plane.lowest_loss <= plane.origin_loss


def test_coordinates_and_distance_make_up_the_way_to_the_solution(measured: Measured) -> None:
    # Pythagoras in the principal plane, whose axes are orthonormal.
    for plane in (p for p in measured.metrics.planes if p.plane == "pca"):
        solution = next(
            r for r in measured.metrics.solutions if (r.case, r.seed) == (plane.case, plane.seed)
        )
        assert plane.axes_cosine == pytest.approx(0, abs=1e-12)
        whole = np.sqrt(plane.a[0] ** 2 + plane.b[0] ** 2 + plane.distance[0] ** 2)
        assert whole == pytest.approx(solution.displacement, rel=1e-5)
        share = np.hypot(plane.a[0], plane.b[0]) / solution.displacement
        assert plane.captured == pytest.approx(share, rel=1e-5)
        assert sum(plane.explained) <= 1
        left, right, down, up = plane.sides
        assert -left < min(plane.a) and max(plane.a) < right
        assert -down < min(plane.b) and max(plane.b) < up


def test_what_a_plane_captures_and_its_distance_make_up_the_displacement(
    measured: Measured,
) -> None:
    for plane, solution in product(measured.metrics.planes, measured.metrics.solutions):
        if (plane.case, plane.seed) == (solution.case, solution.seed):
            left_out = plane.distance[0] / solution.displacement
            assert plane.captured**2 + left_out**2 == pytest.approx(1, rel=1e-5)


def test_the_principal_plane_is_shown_beyond_the_trajectory(
    settings: Settings, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def watched(losses: Losses, ladder: Tensor, least: tuple[float, ...], level: float) -> Extent:
        asked.append(least)
        return extent(losses, ladder, least, level)

    monkeypatch.setattr("experiments.measures.surface.extent", watched)
    planes = run(settings, context).metrics.planes
    assert len(asked) == len(planes)
    for plane, (left, right, down, up) in zip(planes, asked, strict=True):
        if plane.plane == "pca":
            a, b = plane.a, plane.b
            reach = [-min(a) - left, max(a) - right, -min(b) - down, max(b) - up]
            assert max(reach) < 0


def test_a_random_plane_misses_most_of_the_way(measured: Measured) -> None:
    planes = measured.metrics.planes
    captured = {
        kind: np.mean([p.captured for p in planes if p.plane == kind]) for kind in ("pca", "random")
    }
    assert captured["random"] < 0.5 < captured["pca"] <= 1
    assert all(p.explained_reason for p in planes if p.plane == "random")


def test_one_surface_for_each_case_and_plane(measured: Measured) -> None:
    surfaces = measured.metrics.surfaces
    assert [(s.case, s.plane, s.seed) for s in surfaces] == [
        (case, plane, 0) for case in ("sine", "digits") for plane in ("pca", "random")
    ]
    for row in surfaces:
        assert np.shape(row.loss) == (11, 11)
        j, i = row.b.index(0), row.a.index(0)
        plane = next(
            p for p in measured.metrics.planes if p.plane == row.plane and p.case == row.case
        )
        assert row.loss[j][i] == pytest.approx(plane.origin_loss, rel=1e-4)
        assert np.min(row.loss) == pytest.approx(plane.lowest_loss, rel=1e-4)


def test_the_line_leads_from_start_to_solution(settings: Settings, measured: Measured) -> None:
    solutions = {(r.case, r.seed): r for r in measured.metrics.solutions}
    assert len(measured.metrics.lines) == 4
    for row in measured.metrics.lines:
        at = dict(zip(row.alpha, row.loss, strict=True))
        assert (len(at), min(at), max(at)) == (41, -0.5, 1.5)
        assert at[0.0] == pytest.approx(solutions[row.case, row.seed].initial_loss, rel=1e-5)
        assert at[1.0] == pytest.approx(solutions[row.case, row.seed].solution_loss, rel=1e-5)


def test_the_line_may_be_left_out(settings: Settings, context: Context) -> None:
    assert run(settings.model_copy(update={"line": 0}), context).metrics.lines == []


def test_a_diverged_run_has_no_plane(function_case: dict[str, Any], context: Context) -> None:
    function_case["training"] |= {"optimizer": "sgd", "learning_rate": 1e9}
    measured = run(
        Settings.model_validate({"cases": [function_case], "grid": 7, "seeds": [0]}), context
    )
    assert measured.diverged
    assert measured.metrics.planes == measured.metrics.surfaces == []
    assert "diverged" in measured.metrics.solutions[0].reason


def test_smoke(settings: Settings) -> None:
    assert faults(settings.smoke()) == []
    Settings.model_validate(settings.smoke().model_dump())
