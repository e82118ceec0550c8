"""HW1-2, visualize the optimization process: parameters of several trainings by PCA."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from experiments.engine.context import Context
from experiments.engine.run import Observe, Run, Trained
from experiments.engine.train import train
from experiments.settings.strict import LATER
from experiments.tasks.case import Case, smoke_cases
from experiments.tasks.task import Measured, TaskSettings, Use, rounded
from report.errors import UserError
from report.records.rows import weight_trajectories as rows

if TYPE_CHECKING:
    import torch
    from torch import Tensor


MOST_SNAPSHOTS = 200
COMPONENTS = 5
"""Components of which the explained variance is kept; two are drawn."""


class Settings(TaskSettings):
    """One network trained once per seed, its parameters recorded every `record_every` epochs.

    `layer` is the number of the layer (1 for the first) that is looked at beside the whole model.
    """

    case: Case
    """What is trained, and on what."""
    layer: int = Field(default=1, ge=1)
    """Number of the layer that is looked at beside the whole network; 1 is the first."""
    record_every: int = Field(default=3, ge=1)
    """Epochs from one recorded point to the next."""
    seeds: tuple[int, ...] = Field(min_length=1)
    """Every network is trained once with each seed."""
    labels: Annotated[Literal["loss", "accuracy"] | None, LATER] = None
    """What is written at the marked points; null: nothing, colors show the loss."""
    projection: Annotated[Literal["pca", "tsne"], LATER] = "pca"
    """What is drawn: the principal components alone, or t-SNE beside them."""
    fit: Annotated[Literal["all", "run"], LATER] = "all"
    """Whether principal components are fitted to all runs together, or to each run as well."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        depth = self.case.network.depth
        if depth is not None and self.layer > depth + 1:
            raise ValueError(f"layer = {self.layer}: the network has {depth + 1} layers")
        if self.labels == "accuracy" and self.case.data is None:
            raise ValueError('labels = "accuracy": a function has none; write "loss"')
        epochs = self.case.epochs
        if not 2 <= epochs / self.record_every <= MOST_SNAPSHOTS:
            raise ValueError(
                f"record_every = {self.record_every}: {epochs} epochs must give 2 to "
                f"{MOST_SNAPSHOTS} recordings; change it or the epochs"
            )
        return self

    def uses(self) -> tuple[Use, ...]:
        """See `TaskSettings.uses`."""
        return (self.case.use(len(self.seeds)),)

    def image_data(self) -> tuple[Any, ...]:
        """See `TaskSettings.image_data`."""
        return (self.case.data,) if self.case.data else ()

    def smoke(self) -> Self:
        """Few images, few epochs, three runs."""
        (case,) = smoke_cases([self.case], function_epochs=20, image_epochs=6)
        every = min(self.record_every, case.epochs // 2)
        return self.model_copy(
            update={"case": case, "record_every": every, "seeds": self.seeds[:3]}
        )


def run(settings: Settings, context: Context) -> Measured:
    """Train every seed; project the snapshots of all runs, and measure distances."""
    from experiments.measures.path import displacement, path_length
    from experiments.models.build import built_parameters
    from experiments.models.layers import layers

    case = settings.case
    problem = case.problem(context)
    observe = Observe(evaluations=1, snapshot_every=settings.record_every)
    trained = train(
        [Run(case.network, case.training, problem, s, observe=observe) for s in settings.seeds],
        context,
        label="weight-trajectories",
    )
    kept = [t for t in trained if t.diverged_at is None]
    known = layers(case.network, case.shape)
    if settings.layer > len(known):
        raise UserError(f"layer = {settings.layer}: the network has {len(known)} layers")
    layer = known[settings.layer - 1]
    whole = slice(0, built_parameters(case.network, case.shape))
    parts = {"layer": (layer.parameters, f"layer {layer.number} ({layer.words})")}
    parts["model"] = (whole, "whole model")
    fits, points, distances, pairs = [], [], [], []
    for name, (part, words) in parts.items():
        snapshots = [_snapshots(t)[:, part] for t in kept]
        fit, projected = _project(snapshots)
        embedded = _embedded(snapshots) if settings.projection == "tsne" else [None] * len(kept)
        fits.append(rows.Part(part=name, words=words, parameters=part.stop - part.start, **fit))
        for outcome, own, coordinates, places in zip(
            kept, snapshots, projected, embedded, strict=True
        ):
            apart = _project_alone(own) if settings.fit == "run" else {}
            points.append(
                rows.Points(
                    part=name,
                    seed=outcome.run.seed,
                    epoch=outcome.snapshot_epochs,
                    pc1=rounded(coordinates[:, 0].tolist()),
                    pc2=rounded(coordinates[:, 1].tolist()),
                    tsne1=None if places is None else rounded(places[:, 0].tolist()),
                    tsne2=None if places is None else rounded(places[:, 1].tolist()),
                    **apart,
                )
            )
            distances.append(
                rows.Distance(
                    part=name,
                    seed=outcome.run.seed,
                    epoch=outcome.snapshot_epochs,
                    from_start=rounded((own - own[0]).norm(dim=1).tolist()),
                    path_length=path_length(own),
                    displacement=float(displacement(own).norm()),
                    start_norm=float(own[0].norm()),
                    end_norm=float(own[-1].norm()),
                )
            )
        pairs += _pairs(name, [outcome.run.seed for outcome in kept], snapshots)
    return Measured(
        metrics=rows.Metrics(
            cases=[case.facts()],
            record_every=settings.record_every,
            layer=settings.layer,
            parts=fits,
            runs=[_row(outcome, context.device) for outcome in trained],
            points=points,
            distances=distances,
            pairs=pairs,
        ),
        seeds=settings.seeds,
        diverged=len(kept) < len(trained),
    )


def _snapshots(trained: Trained) -> Tensor:
    assert trained.snapshots is not None
    return trained.snapshots.double()


def _project(snapshots: Sequence[Tensor]) -> tuple[dict[str, Any], list[Tensor]]:
    """One PCA of the stacked snapshots of all runs; explained variance, coordinates of each run."""
    import torch

    from experiments.measures.principal_components import principal_components

    if not snapshots:
        return {"explained": None, "explained_reason": "no run stayed finite"}, []
    stacked = torch.cat(list(snapshots))
    fit = principal_components(stacked, min(COMPONENTS, *stacked.shape))
    return {"explained": fit.ratios.tolist(), "snapshots": len(stacked)}, [
        fit.coordinates(own)[:, :2] for own in snapshots
    ]


def _project_alone(snapshots: Tensor) -> dict[str, Any]:
    """A PCA of the snapshots of one run; empty for one that never moved."""
    from experiments.measures.principal_components import principal_components

    if min(snapshots.shape) < 2 or bool((snapshots == snapshots[0]).all()):
        return {}
    fit = principal_components(snapshots, 2)
    places = fit.coordinates(snapshots)
    return {
        "own1": rounded(places[:, 0].tolist()),
        "own2": rounded(places[:, 1].tolist()),
        "own_explained": fit.ratios.tolist(),
    }


def _embedded(snapshots: Sequence[Tensor]) -> list[Tensor | None]:
    """One t-SNE of the snapshots of all runs (van der Maaten and Hinton 2008), begun from the PCA.

    The perplexity is scikit-learn's 30, or a third of the points where they are fewer than 90.
    """
    import torch
    from sklearn.manifold import TSNE

    if len(snapshots) < 2:
        return [None] * len(snapshots)
    stacked = torch.cat(list(snapshots)).numpy()
    perplexity = min(30.0, len(stacked) / 3)
    places = TSNE(init="pca", perplexity=perplexity, random_state=0).fit_transform(stacked)
    return list(torch.as_tensor(places).split([len(own) for own in snapshots]))


def _pairs(part: str, seeds: Sequence[int], snapshots: Sequence[Tensor]) -> list[rows.Pair]:
    """Distances of starts and of ends, and cosine of the displacements, of all pairs of runs."""
    from experiments.measures.path import cosine, displacement

    return [
        rows.Pair(
            part=part,
            seeds=(seeds[a], seeds[b]),
            start_distance=float((snapshots[a][0] - snapshots[b][0]).norm()),
            end_distance=float((snapshots[a][-1] - snapshots[b][-1]).norm()),
            cosine=cosine(displacement(snapshots[a]), displacement(snapshots[b])),
        )
        for a, b in combinations(range(len(seeds)), 2)
    ]


def _row(outcome: Trained, device: torch.device) -> rows.Run:
    """Losses and accuracies of one run at its snapshots."""
    from experiments.measures.rows import evaluate_rows

    run = outcome.run
    if outcome.diverged_at is not None:
        return rows.Run(
            seed=run.seed,
            diverged_at=outcome.diverged_at,
            stopped_at=outcome.stopped_at,
            final_reason=f"diverged at epoch {outcome.diverged_at}",
        )
    assert outcome.snapshots is not None
    evaluated = partial(
        evaluate_rows,
        network=run.network,
        problem=run.problem,
        rows=outcome.snapshots,
        loss=run.training.loss,
        device=device,
    )
    train, test = evaluated(split="train"), evaluated(split="test")
    return rows.Run(
        seed=run.seed,
        diverged_at=None,
        stopped_at=outcome.stopped_at,
        epoch=outcome.snapshot_epochs,
        train_loss=rounded(train.loss),
        final_train_loss=train.loss[-1],
        train_accuracy=train.accuracy,
        final_train_accuracy=train.accuracy[-1] if train.accuracy else None,
        test_loss=rounded(test.loss),
        final_test_loss=test.loss[-1],
        test_accuracy=test.accuracy,
        final_test_accuracy=test.accuracy[-1] if test.accuracy else None,
    )
