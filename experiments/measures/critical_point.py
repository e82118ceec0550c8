"""Critical points of a loss: minimize the squared norm of its gradient, for many runs at once.

From each start θ, ½‖∇L(θ)‖² is minimized as a nonlinear least-squares problem whose residual is
the gradient g = ∇L and whose Jacobian is the Hessian H:

    s = −(H² + μI)⁻¹ H g                     Levenberg-Marquardt step,
    a = −½ (H² + μI)⁻¹ H r,  r = ∂²g/∂s²     geodesic acceleration,  θ ← θ + s + a.

Saddles and maxima are found as well as minima, since only ‖g‖ counts. A step is taken when it
lowers ‖g‖ and 2‖a‖ ≤ 0.75‖s‖; the damping μ follows the gain ratio. Where ‖g‖ has come below the
bound ε, steps go on as long as each halves it, so that quadratic convergence is used to its end.

Sources: Nielsen 1999, "Damping parameter in Marquardt's method" (damping); Transtrum, Sethna 2012,
arXiv:1201.5885, sections 2 and 4 (acceleration, its bound 0.75, finite difference of step 0.1);
Frye et al. 2020, arXiv:2003.10397 (minimizing ‖g‖² may end where the gradient lies in the kernel
of the Hessian: there ‖g‖ is stationary without being zero, a gradient-flat region).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from torch import Tensor

from experiments.measures.mlp_hessian import Derivatives

Verdict = Literal["critical", "gradient-flat", "unfinished"]

ACCELERATION_BOUND = 0.75
DIFFERENCE_STEP = 0.1
FIRST_DAMPING = 1e-3
"""Of the largest squared eigenvalue at the start."""


class Objective(Protocol):
    """A loss with its derivatives, for rows of parameters (R, P) in float64."""

    def __call__(self, parameters: Tensor) -> Derivatives:
        """Loss, gradient and Hessian."""
        ...

    def gradient(self, parameters: Tensor) -> Tensor:
        """Gradient alone, (R, P)."""
        ...


@dataclass(frozen=True)
class Search:
    """When the search ends for a run.

    Attributes:
        epsilon: critical when ‖g‖ is at most this and a step no longer halves it.
        iterations: most iterations.
        window, least_decrease: gradient-flat when the last `window` iterations lowered ‖g‖ by less
            than this share of it.
    """

    epsilon: float
    iterations: int
    window: int
    least_decrease: float


@dataclass(frozen=True)
class Found:
    """Where each run ended: parameters (R, P), verdict, iterations done, ‖g‖ at start and end."""

    parameters: Tensor
    verdicts: tuple[Verdict, ...]
    iterations: tuple[int, ...]
    start_norm: Tensor
    end_norm: Tensor


@dataclass
class _State:
    """Runs still searched: parameters, g, H = Q diag(λ) Qᵀ, ‖g‖, damping and its growth."""

    parameters: Tensor
    gradient: Tensor
    hessian: Tensor
    eigenvalues: Tensor
    vectors: Tensor
    norm: Tensor
    damping: Tensor
    growth: Tensor

    def of(self, keep: Tensor) -> "_State":
        """The runs `keep` alone."""
        return _State(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))


def critical_points(
    objective: Objective,
    start: Tensor,
    search: Search,
    advance: Callable[[int], None] = lambda _done: None,
) -> Found:
    """Search a critical point from every row of `start` (R, P), finite, float64.

    `advance` is told how many iterations were done, of R times `search.iterations` in all.
    """
    runs = len(start)
    state = _begin(objective, start)
    start_norm = state.norm.clone()
    parameters, end_norm = start.clone(), state.norm.clone()
    verdicts: list[Verdict] = ["unfinished"] * runs
    iterations = [search.iterations] * runs
    active = torch.arange(runs)
    trail = [torch.full_like(state.norm, torch.inf)] * search.window + [state.norm]
    for done in range(search.iterations + 1):
        critical = state.norm <= search.epsilon
        settled = (state.norm > trail[-2] / 2) | (done == search.iterations)
        flat = ~critical & (state.norm > (1 - search.least_decrease) * trail[0])
        ended = critical & settled | flat
        for place in ended.nonzero().flatten().tolist():
            run = int(active[place])
            verdicts[run] = "critical" if critical[place] else "gradient-flat"
            iterations[run] = done
            advance(search.iterations - done)
        parameters[active], end_norm[active] = state.parameters, state.norm
        active, state = active[~ended], state.of(~ended)
        if done == search.iterations or not len(active):
            break
        state = _iterate(objective, state)
        trail = [norms[~ended] for norms in trail[1:]] + [state.norm]
        advance(len(active))
    return Found(parameters, tuple(verdicts), tuple(iterations), start_norm, end_norm)


def _begin(objective: Objective, start: Tensor) -> _State:
    found = objective(start)
    eigenvalues, vectors = torch.linalg.eigh(found.hessian)
    return _State(
        parameters=start,
        gradient=found.gradient,
        hessian=found.hessian,
        eigenvalues=eigenvalues,
        vectors=vectors,
        norm=found.gradient.norm(dim=1),
        damping=FIRST_DAMPING * eigenvalues.abs().amax(dim=1).square(),
        growth=torch.full_like(start[:, 0], 2.0),
    )


def _iterate(objective: Objective, state: _State) -> _State:
    """One step of every run, taken where it lowers the norm."""
    step, left = _damped_solution(state, state.gradient)
    ahead = objective.gradient(state.parameters + DIFFERENCE_STEP * step)
    linear = (state.hessian @ step.unsqueeze(-1)).squeeze(-1)
    bend = 2 / DIFFERENCE_STEP * ((ahead - state.gradient) / DIFFERENCE_STEP - linear)
    acceleration = _damped_solution(state, bend)[0] / 2
    gentle = 2 * acceleration.norm(dim=1) <= ACCELERATION_BOUND * step.norm(dim=1)
    tried = state.parameters + step + acceleration
    tried = torch.where(torch.isfinite(tried).all(dim=1, keepdim=True), tried, state.parameters)
    found = objective(tried)
    norm = found.gradient.norm(dim=1)
    finite = torch.isfinite(found.hessian).flatten(1).all(dim=1) & torch.isfinite(norm)
    taken = gentle & finite & (norm < state.norm)

    squared = state.norm.square()
    gain = (squared - norm.square()) / (squared - left.square()).clamp_min(1e-300)
    shrink = (1 - (2 * gain - 1) ** 3).clamp(min=1 / 3)
    damping = state.damping * torch.where(taken, shrink, state.growth)
    scale = state.eigenvalues.abs().amax(dim=1).square()
    row = taken.unsqueeze(1)
    hessian = torch.where(row.unsqueeze(2), found.hessian, state.hessian)
    eigenvalues, vectors = torch.linalg.eigh(hessian)
    return _State(
        parameters=torch.where(row, tried, state.parameters),
        gradient=torch.where(row, found.gradient, state.gradient),
        hessian=hessian,
        eigenvalues=eigenvalues,
        vectors=vectors,
        norm=torch.where(taken, norm, state.norm),
        damping=damping.clamp(1e-32 * scale, 1e32 * scale),
        growth=torch.where(taken, 2.0, (state.growth * 2).clamp(max=1e16)),
    )


def _damped_solution(state: _State, residual: Tensor) -> tuple[Tensor, Tensor]:
    """−(H² + μI)⁻¹ H r, and the norm (R,) of what the linear model leaves of r."""
    damping = state.damping.unsqueeze(1)
    along = (state.vectors.mT @ residual.unsqueeze(-1)).squeeze(-1)
    weight = state.eigenvalues.square() + damping
    solution = state.vectors @ (-state.eigenvalues / weight * along).unsqueeze(-1)
    return solution.squeeze(-1), (damping / weight * along).norm(dim=1)
