"""HW1-2 bonus, the error surface around a solution, on two planes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from pydantic import Field

from experiments.engine.context import Context
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import train
from experiments.tasks.case import Cases, smoke_cases
from experiments.tasks.task import Measured, Use, rounded
from report.records.rows import error_surface as rows

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from experiments.measures.plane import Plane
    from experiments.measures.surface import Extent, Surface


LADDER = tuple(2 ** (exponent / 2) for exponent in range(-8, 5))
"""Lengths that a side of a shown plane may have: 1/16 to 4, in units of the plane."""
MARGIN = 1.15
"""A side reaches beyond the trajectory by this factor."""
BEYOND = 0.5
"""The line from start to end reaches beyond both by this share of its length."""


class Settings(Cases):
    """Every case is trained with every seed; around each solution the loss is evaluated on planes.

    `grid` is the number of points along each axis, `snapshots` about how many points of the
    trajectory are kept. The surfaces of the first seed that did not diverge are kept whole, of the
    others only summary figures.
    """

    grid: int = Field(default=41, ge=7, le=201)
    """Points along each axis of a plane."""
    snapshots: int = Field(default=40, ge=3, le=200)
    """About how many points of the trajectory are kept."""
    line: int = Field(default=41, ge=0, le=1001)
    """Points about on the straight line from start to end of a training; 0 leaves it out."""
    seeds: tuple[int, ...] = Field(min_length=1)
    """Every network is trained once with each seed."""

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        return tuple(case.use(len(self.seeds)) for case in self.cases)

    def smoke(self) -> Self:
        """Few images, few epochs, a coarse grid, two seeds."""
        return self.model_copy(
            update={
                "cases": smoke_cases(self.cases, image_epochs=4),
                "grid": min(self.grid, 9),
                "line": min(self.line, 9),
                "seeds": self.seeds[:2],
            }
        )


def run(settings: Settings, context: Context) -> Measured:
    """Train, lay the planes, evaluate the loss on their grids."""
    solutions: list[rows.Solution] = []
    planes: list[rows.View] = []
    surfaces: list[rows.Surface] = []
    lines: list[rows.Line] = []
    for case in settings.cases:
        problem = case.problem(context)
        observe = Observe(evaluations=1, snapshot_every=math.ceil(case.epochs / settings.snapshots))
        runs = [
            Run(case.network, case.training, problem, s, observe=observe) for s in settings.seeds
        ]
        trained = train(runs, context, label=f"error-surface, {case.name}")
        advance = context.progress.start(f"error-surface, {case.name}, planes", len(trained))
        drawn = next((t.run.seed for t in trained if t.diverged_at is None), None)
        for outcome in trained:
            seed, diverged_at = outcome.run.seed, outcome.diverged_at
            advance(1)
            if diverged_at is not None:
                reason = f"diverged at epoch {diverged_at}"
                solutions.append(
                    rows.Solution(case=case.name, seed=seed, diverged_at=diverged_at, reason=reason)
                )
                continue
            training = _Trajectory(case.name, outcome, context.device)
            solutions.append(training.row())
            lines += training.line(settings.line)
            for view in training.views():
                found = view.surface(settings.grid)
                planes.append(view.row(found))
                if seed == drawn:
                    surfaces.append(view.grid_row(found))
    return Measured(
        metrics=rows.Metrics(
            cases=[case.facts() for case in settings.cases],
            grid=settings.grid,
            longest=LADDER[-1],
            solutions=solutions,
            planes=planes,
            surfaces=surfaces,
            lines=lines,
        ),
        seeds=settings.seeds,
        diverged=any(row.diverged_at is not None for row in solutions),
    )


class _Trajectory:
    """The points of one training, the last of which is the solution, and their losses."""

    def __init__(self, case: str, outcome: Trained, device: torch.device) -> None:
        from experiments.measures.path import displacement

        assert outcome.snapshots is not None
        self.case = case
        self.run = outcome.run
        self.epochs = outcome.snapshot_epochs
        self.points = outcome.snapshots
        self._device = device
        self.solution = self.points[-1].double()
        self.moved = float(displacement(self.points).norm())
        self.path = self.losses(self.points)

    def losses(self, points: Tensor) -> Tensor:
        """Training loss (N,) at points (N, P), in the precision of the training."""
        import torch

        from experiments.measures.rows import BLOCK, evaluate_rows

        run = self.run
        asked = points.to(self.points.dtype)
        # Rounding depends on the size of a stack: in whole blocks, equal points have equal losses
        # to the last bit. Convolutional networks are evaluated one by one.
        missing = 0 if run.network.perceptron is None else -len(asked) % BLOCK
        filling = asked[-1:].expand(missing, -1)
        found = evaluate_rows(
            run.network,
            run.problem,
            torch.cat([asked, filling]),
            run.training.loss,
            "train",
            self._device,
        )
        return torch.tensor(found.loss[: len(asked)], dtype=torch.float64)

    def row(self) -> rows.Solution:
        """The trajectory as a row of the record."""
        from experiments.measures.path import path_length

        return rows.Solution(
            case=self.case,
            seed=self.run.seed,
            diverged_at=None,
            epoch=self.epochs,
            loss=rounded(self.path.tolist()),
            initial_loss=self.path[0].item(),
            solution_loss=self.path[-1].item(),
            displacement=self.moved,
            path_length=path_length(self.points),
            solution_norm=float(self.solution.norm()),
        )

    def line(self, count: int) -> list[rows.Line]:
        """The loss along the straight line from start to end, as Goodfellow et al. 2015 drew it."""
        from experiments.measures.interpolation import grid, line

        if not count:
            return []
        alphas = grid(-BEYOND, 1 + BEYOND, max(count, 2), (0.0, 1.0))
        found = self.losses(line(self.points[0].double(), self.solution, alphas)).tolist()
        loss = rounded(found)
        return [rows.Line(case=self.case, seed=self.run.seed, alpha=alphas, loss=loss)]

    def views(self) -> tuple[_View, _View]:
        """The plane of the first two principal components, and a filter-normalized random one.

        Both pass through the solution.
        """
        from experiments.engine.randomness import generator
        from experiments.measures.filter_normalization import random_directions
        from experiments.measures.plane import Plane
        from experiments.measures.principal_components import principal_components
        from experiments.models.layers import layers

        fit = principal_components(self.points, 2)
        own_layers = layers(self.run.network, self.run.problem.shape)
        drawn = random_directions(self.solution, own_layers, generator(self.run.seed, "plane"))
        return (
            _View("pca", self, Plane(self.solution, fit.components), fit.ratios.tolist()),
            _View("random", self, Plane(self.solution, drawn), None),
        )


@dataclass(frozen=True)
class _View:
    """A plane through the solution of a trajectory."""

    name: rows.Plane
    trajectory: _Trajectory
    plane: Plane
    explained: list[float] | None

    def losses(self, coordinates: Tensor) -> Tensor:
        """Training loss (N,) at coordinates (N, 2)."""
        return self.trajectory.losses(self.plane.points(coordinates))

    @cached_property
    def path(self) -> Tensor:
        """Coordinates (S, 2) of the trajectory's projection."""
        return self.plane.coordinates(self.trajectory.points)

    @cached_property
    def extent(self) -> Extent:
        """To where the loss has risen to that of the untrained network.

        The principal plane shows the whole trajectory; its lengths are in units of the
        displacement, up to 1. The random plane's lengths are in units of the filters' norms.
        """
        import torch

        from experiments.measures.surface import extent

        ladder = torch.tensor(LADDER, dtype=torch.float64)
        least = [LADDER[0]] * 4
        if self.name == "pca":
            ladder = ladder[ladder <= 1] * self.trajectory.moved
            low, high = self.path.min(dim=0).values, self.path.max(dim=0).values
            own = torch.stack([-low[0], high[0], -low[1], high[1]])
            least = (MARGIN * own).clamp(min=float(ladder[0])).tolist()
        return extent(self.losses, ladder, tuple(least), float(self.trajectory.path[0]))

    def surface(self, grid: int) -> Surface:
        """The loss on the grid."""
        from experiments.measures.surface import surface

        return surface(self.losses, self.extent, grid)

    def row(self, found: Surface) -> rows.View:
        """The plane as a row of the record."""
        import torch

        from experiments.measures.path import cosine

        j, i = found.lowest
        lowest = torch.stack([found.a[i], found.b[j]])
        first, second = self.plane.axes
        distances = self.plane.distances(self.trajectory.points)
        random = "the directions are random, not principal components"
        return rows.View(
            case=self.trajectory.case,
            seed=self.trajectory.run.seed,
            plane=self.name,
            explained=self.explained,
            axes_norm=self.plane.axes.norm(dim=1).tolist(),
            axes_cosine=cosine(first, second),
            sides=self.extent.sides,
            reached=self.extent.reached,
            a=rounded(self.path[:, 0].tolist()),
            b=rounded(self.path[:, 1].tolist()),
            distance=rounded(distances.tolist()),
            projected_loss=rounded(self.losses(self.path).tolist()),
            largest_distance=distances.max().item(),
            captured=(self.path[0] @ self.plane.axes).norm().item() / self.trajectory.moved,
            origin_loss=found.loss[found.b == 0, found.a == 0].item(),
            lowest=lowest.tolist(),
            lowest_loss=found.loss[j, i].item(),
            lowest_distance=(lowest @ self.plane.axes).norm().item(),
            lowest_on_edge=found.lowest_on_edge,
            explained_reason=random if self.explained is None else None,
        )

    def grid_row(self, found: Surface) -> rows.Surface:
        """The surface itself as a row of the record."""
        return rows.Surface(
            case=self.trajectory.case,
            seed=self.trajectory.run.seed,
            plane=self.name,
            a=rounded(found.a.tolist()),
            b=rounded(found.b.tolist()),
            loss=[rounded(line, 5) for line in found.loss.tolist()],
        )
