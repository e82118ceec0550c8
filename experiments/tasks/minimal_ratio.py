"""HW1-2, what happens when the gradient is almost zero: minimal ratio against loss."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field

from experiments.engine.context import Context
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import train
from experiments.fingerprint.code import digest_of
from experiments.settings.consistency import Finding
from experiments.settings.network import parameter_count
from experiments.settings.strict import Settings as Table
from experiments.tasks.case import Case, Cases, smoke_cases
from experiments.tasks.task import Measured, Use, rounded
from report.records.record import digest
from report.records.rows import minimal_ratio as rows

if TYPE_CHECKING:
    from torch import Tensor

    from experiments.measures.critical_point import Found
    from experiments.measures.mlp_hessian import StackedDerivatives


SWEEP = tuple(10 ** (exponent / 2) for exponent in range(-28, -7))
"""Relative tolerances whose influence is shown: 1e-14 to 1e-4, two in each decade."""
SMOKE_WORK = 2 * 10**10
"""Sum of P³, which a Hessian of P parameters costs, over the iterations of a smoke run."""
BLOCK_VALUES = 1 << 16
"""Entries of the Hessians that are searched together; a finished block is kept on disk."""


class SearchSettings(Table):
    """The second phase; see `experiments.measures.critical_point`."""

    epsilon: float = Field(default=1e-10, gt=0, lt=1)
    """A run is at a critical point when the gradient norm is at most this."""
    iterations: int = Field(default=3000, ge=1, le=1_000_000)
    """Steps of the search at most."""
    window: int = Field(default=300, ge=1)
    """A run ends gradient-flat when so many iterations lower the norm by less than..."""
    least_decrease: float = Field(default=0.1, gt=0, lt=1)
    """...this share of it."""


class NeighborSettings(Table):
    """The second definition of the ratio; see `experiments.measures.minimal_ratio`."""

    number: int = Field(default=1000, ge=1, le=1_000_000)
    """Neighbors of each end point that are sampled, from the seed of its run."""
    radius: float = Field(default=1e-3, gt=0, le=1)
    """Their distance, as a share of the norm of the parameters."""


class Settings(Cases):
    """In every case, `runs` networks are trained, run r from seed r, and then searched from there.

    `lengths` are shares of the training's epochs: the runs take them in turn as the length of
    their first phase, so that the searches begin at different losses. `tolerance` is the c of
    `experiments.measures.minimal_ratio`.
    """

    runs: int = Field(default=100, ge=1, le=10_000)
    """Trainings of each case."""
    lengths: tuple[float, ...] = Field(default=(1.0,), min_length=1)
    """Shares of the training's length after which the searches begin, in turn."""
    search: SearchSettings = SearchSettings()
    """The search for a critical point, the second phase."""
    tolerance: float = Field(default=10.0, gt=0, le=1e6)
    """Eigenvalues count as zero below this multiple of rounding error."""
    neighbors: NeighborSettings = NeighborSettings()
    """The sampling of neighbors, whose share with a higher loss is the second definition."""
    layer: int | None = Field(default=None, ge=1)
    """Number of the layer whose Hessian is taken, 1 for the first; that of all parameters if not
    given. The search is over all parameters in any case."""

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        return tuple(case.use(self.runs) for case in self.cases)

    def contradictions(self) -> tuple[Finding, ...]:
        """See `TaskSettings.contradictions`."""
        found = [
            Finding("", f"lengths.{n}", f"{length:g} is no share of an epoch count", "use (0, 1]")
            for n, length in enumerate(self.lengths)
            if not 0 < length <= 1
        ]
        for n, case in enumerate(self.cases):
            found += _contradictions(f"cases.{n}", case)
            depth = case.network.depth
            if self.layer is not None and depth is not None and self.layer > depth + 1:
                cause = (
                    f'layer = {self.layer}: network "{case.network.name}" has {depth + 1} layers'
                )
                found.append(Finding("", "layer", cause, f"use 1 to {depth + 1}"))
        return tuple(found)

    def smoke(self) -> Self:
        """Few runs, few epochs, few iterations; fewer still where Hessians are large."""
        cubes = sum(parameter_count(case.network, case.shape) ** 3 for case in self.cases)
        steps = max(1, SMOKE_WORK // cubes)
        runs = min(self.runs, max(1, min(4, steps // 12)))
        iterations = min(self.search.iterations, 12, max(1, steps // runs))
        search = self.search.model_copy(update={"iterations": iterations, "window": 6})
        return self.model_copy(
            update={
                "cases": smoke_cases(self.cases),
                "runs": runs,
                "search": search,
                "neighbors": self.neighbors.model_copy(
                    update={"number": min(self.neighbors.number, 50)}
                ),
            }
        )


def _contradictions(key: str, case: Case) -> list[Finding]:
    network = case.network.perceptron
    if network is None:
        cause = "exact Hessians are offered for dense layers with one activation between them"
        place = "network.convolutions" if case.network.convolutions else "network"
        return [Finding("", f"{key}.{place}", cause, "use such a network")]
    found = []
    if network.activation in ("relu", "leaky_relu"):
        found.append(
            Finding(
                "piecewise-linear-activation",
                f"{key}.network.activation",
                f'model "{network.name}": a network of piecewise linear units has directions of '
                "exactly zero curvature, and a Hessian that does not see its kinks",
                'use a smooth activation, such as "tanh"',
            )
        )
    parameters = parameter_count(network, case.shape)
    if case.examples < parameters:
        found.append(
            Finding(
                "fewer-examples-than-parameters",
                f"{key}.function.points" if case.function else f"{key}.data.train_size",
                f"{case.examples} training examples for {parameters} parameters: where the "
                "examples are fitted, the rank of the Hessian is at most their number",
                "use more examples or a smaller network",
            )
        )
    return found


def run(settings: Settings, context: Context) -> Measured:
    """Train all runs of every case, search critical points from there, take the spectra."""
    cases, runs, spectra = [], [], []
    for case in settings.cases:
        facts, of_case, of_spectrum = _case(case, settings, context)
        cases.append(facts)
        runs += of_case
        spectra += of_spectrum
    return Measured(
        metrics=rows.Metrics(
            cases=cases,
            sweep=[rows.Tolerance(relative_tolerance=tolerance) for tolerance in SWEEP],
            runs=runs,
            spectra=spectra,
        ),
        seeds=tuple(range(settings.runs)),
        diverged=any(row.diverged_at is not None for row in runs),
    )


def _case(
    case: Case, settings: Settings, context: Context
) -> tuple[rows.Case, list[rows.Run], list[rows.Spectrum]]:
    """Rows of the case, of the runs, and of the spectrum that is shown."""
    import torch

    from experiments.engine.losses import constant_loss
    from experiments.engine.problem import Feed
    from experiments.measures.minimal_ratio import relative_tolerance
    from experiments.measures.mlp_hessian import StackedDerivatives
    from experiments.models.layers import layers

    name = f"{case.name}, {case.network.name}"
    part, words = slice(0, parameter_count(case.network, case.shape)), None
    if settings.layer is not None:
        chosen = layers(case.network, case.shape)[settings.layer - 1]
        part, words = chosen.parameters, f"layer {chosen.number} ({chosen.words})"
    problem = case.problem(context)
    longest = case.epochs
    epochs = [max(1, round(length * longest)) for length in settings.lengths]
    runs = [
        Run(
            case.network,
            case.training.model_copy(update={"epochs": epochs[seed % len(epochs)], "steps": None}),
            problem,
            seed,
            double=True,
            observe=Observe(evaluations=1),
        )
        for seed in range(settings.runs)
    ]
    outcomes = train(runs, context, label=f"minimal-ratio, {name}, training")
    found = {n: _diverged(name, o) for n, o in enumerate(outcomes) if o.diverged_at is not None}
    whole = [n for n in range(len(outcomes)) if n not in found]
    # Small matrices in float64: the CPU is the faster side.
    feed = Feed([problem], torch.device("cpu"), torch.float64)
    inputs, targets = next(feed.chunks("train", feed.size("train")))
    facts = rows.Case(
        **{**vars(case.facts()), "case": name},
        relative_tolerance=relative_tolerance(part.stop - part.start, settings.tolerance),
        constant_loss=constant_loss(targets[0], case.training.loss),
        layer=words,
        eigenvalues=part.stop - part.start,
    )
    if not whole:
        return facts, list(found.values()), []
    objective = StackedDerivatives(
        case.network, problem.shape, inputs[0], targets[0], case.training.loss
    )
    start = torch.stack([outcomes[n].parameters.double() for n in whole])
    data = digest([problem.digest, case.model_dump(mode="json")])
    ends = _search(objective, start, settings.search, context, name, data)
    trained = [outcomes[n].run for n in whole]
    searched, spectra = _found_rows(facts, part, trained, objective, start, ends, settings)
    found |= dict(zip(whole, searched, strict=True))
    # The run that came nearest to a critical point; of several, the first.
    shown = int((ends.end_norm / spectra[:, -1].clamp_min(1e-300)).argmin())
    eigenvalues = rounded(spectra[shown].tolist())
    spectrum = rows.Spectrum(case=name, seed=trained[shown].seed, eigenvalues=eigenvalues)
    return facts, [found[n] for n in range(len(outcomes))], [spectrum]


def _diverged(case: str, outcome: Trained) -> rows.Run:
    return rows.Run(
        case=case,
        seed=outcome.run.seed,
        epochs=outcome.run.epochs,
        diverged_at=outcome.diverged_at,
        verdict="diverged",
        reason=f"diverged at epoch {outcome.diverged_at}",
    )


@dataclass
class Told:
    """Reports progress to another function and counts it."""

    advance: Callable[[int], None]
    done: int = 0

    def __call__(self, done: int) -> None:
        self.done += done
        self.advance(done)


def _searched(
    objective: StackedDerivatives, block: Tensor, search: SearchSettings, told: Told
) -> dict[str, Any]:
    """A search as a state for the cache."""
    from experiments.measures.critical_point import Search, critical_points

    found = critical_points(objective, block, Search(**search.model_dump()), told)
    return vars(found) | {"verdicts": list(found.verdicts), "iterations": list(found.iterations)}


def _search(
    objective: StackedDerivatives,
    start: Tensor,
    search: SearchSettings,
    context: Context,
    name: str,
    data: str,
) -> Found:
    """Search in blocks of runs, as `Cache.each` divides them; `data` identifies the objective."""
    import torch

    from experiments.measures.critical_point import Found, critical_points

    size = max(4, BLOCK_VALUES // start.shape[1] ** 2)
    advance = context.progress.start(
        f"minimal-ratio, {name}, critical points", len(start) * search.iterations
    )
    code = [digest_of(critical_points), torch.__version__]
    told, keys = Told(advance), list[str]()
    work: dict[str, Callable[[], dict[str, Any]]] = {}
    for block in start.split(size):
        bits = hashlib.sha256(block.numpy().tobytes()).hexdigest()
        keys.append(digest(["critical points", code, search.model_dump(), data, bits]))
        work[keys[-1]] = partial(_searched, objective, block, search, told)
    found = context.cache.each(work)
    advance(len(start) * search.iterations - told.done)
    blocks = [found[key] for key in keys]
    return Found(
        torch.cat([block["parameters"] for block in blocks]),
        tuple(verdict for block in blocks for verdict in block["verdicts"]),
        tuple(count for block in blocks for count in block["iterations"]),
        torch.cat([block["start_norm"] for block in blocks]),
        torch.cat([block["end_norm"] for block in blocks]),
    )


def _found_rows(
    case: rows.Case,
    part: slice,
    trained: Sequence[Run],
    objective: StackedDerivatives,
    start: Tensor,
    found: Found,
    settings: Settings,
) -> tuple[list[rows.Run], Tensor]:
    """What is known of each run after the second phase, and the spectra (R, `part`)."""
    import torch

    from experiments.engine.randomness import generator
    from experiments.measures.minimal_ratio import distinct_points, higher_neighbors, signs

    before, after = objective(start), objective(found.parameters)
    gradient, hessian = after.gradient[:, part], after.hessian[:, part, part]
    spectra = torch.linalg.eigvalsh(hessian)
    largest = spectra.abs().amax(dim=1)
    bent = (hessian @ gradient.unsqueeze(-1)).squeeze(-1).norm(dim=1)
    parameters = spectra.shape[1]
    counted = signs(spectra, case.relative_tolerance)
    critical = [n for n, verdict in enumerate(found.verdicts) if verdict == "critical"]
    losses = [after.loss[n].item() for n in critical]
    numbers = distinct_points(
        losses, spectra[critical], case.relative_tolerance, case.constant_loss
    )
    points = dict(zip(critical, numbers, strict=True))
    higher = [
        higher_neighbors(
            objective.losses,
            found.parameters[n],
            part,
            settings.neighbors.number,
            settings.neighbors.radius,
            generator(run.seed, "neighbors"),
        )
        for n, run in enumerate(trained)
    ]
    swept = [signs(spectra, tolerance) for tolerance in SWEEP]
    made = [
        rows.Run(
            case=case.case,
            seed=trained[n].seed,
            epochs=trained[n].epochs,
            diverged_at=None,
            verdict=found.verdicts[n],
            iterations=found.iterations[n],
            trained_loss=before.loss[n].item(),
            trained_gradient_norm=found.start_norm[n].item(),
            loss=after.loss[n].item(),
            gradient_norm=found.end_norm[n].item(),
            relative_gradient_norm=_ratio(found.end_norm[n], spectra[n, -1]),
            parameter_norm=found.parameters[n].norm().item(),
            largest_eigenvalue=spectra[n, -1].item(),
            smallest_eigenvalue=spectra[n, 0].item(),
            gradient_curvature=_ratio(bent[n], largest[n] * gradient[n].norm()),
            even_curvature=_ratio(spectra[n].norm(), parameters**0.5 * largest[n]),
            minimal_ratio=counted.positive[n].item() / parameters,
            near_zero=counted.near_zero[n].item() / parameters,
            negative=counted.negative[n].item() / parameters,
            higher_neighbors=higher[n],
            point=points.get(n),
            swept_positive=[int(at.positive[n]) for at in swept],
            swept_negative=[int(at.negative[n]) for at in swept],
        )
        for n in range(len(start))
    ]
    return made, spectra


def _ratio(above: Tensor, below: Tensor) -> float | None:
    """The quotient, None where there is none: a Hessian or a gradient of zero."""
    return (above / below).item() if below > 0 else None
