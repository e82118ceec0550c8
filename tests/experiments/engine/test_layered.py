"""Networks of torch's own layers: dropout, batch normalization and their kin in training."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from experiments.engine.context import Context
from experiments.engine.problem import Feed
from experiments.engine.reference import train_plainly
from experiments.engine.run import Observe, Run
from experiments.engine.train import grouped, train
from experiments.measures.gradient import training_gradients
from experiments.measures.hessian import hessians
from experiments.measures.landscape import Landscape
from experiments.measures.rows import evaluate_rows
from experiments.models.build import build
from experiments.models.layers import layers
from experiments.models.predict import outputs
from experiments.models.state import State
from experiments.settings.network import Network
from tests.experiments.engine.killed import trained_through_kills

Make = Callable[..., Run]
CPU = torch.device("cpu")
RESIDUAL = (
    "Conv2d(3, 3, padding=1, bias=False)",
    "BatchNorm2d()",
    "ReLU()",
    {"shortcut": ["Conv2d(4, 3, padding=1)", "BatchNorm2d()"], "projection": "Conv2d(4, 1)"},
    "MaxPool2d(2)",
    "Flatten()",
    "Dropout(0.3)",
    "Linear(3)",
)


@pytest.fixture
def layered(make: Make) -> Make:
    """A run of the given layers on the pictures."""

    def run(*given: Any, kind: str = "images", **training: Any) -> Run:
        base = make(kind, **{"epochs": 6, "batch_size": 8, **training})
        network = Network.model_validate({"name": "own", "layers": given or RESIDUAL})
        return replace(base, network=network)

    return run


@pytest.mark.parametrize(
    "given",
    [
        RESIDUAL,
        ("Flatten()", "Linear(5)", "LayerNorm()", "PReLU()", "AlphaDropout(0.2)", "Linear(3)"),
        ("Conv2d(4, 3)", "GroupNorm(2)", "ELU()", "AdaptiveAvgPool2d(2)", "Flatten()", "Linear(3)"),
        ("ZeroPad2d(1)", "Flatten()", "BatchNorm1d(momentum=None)", "RReLU()", "Linear(3)"),
        ("Flatten()", "Linear(4)", "Tanh()", "Linear(3)"),
    ],
    ids=str,
)  # fmt: skip
def test_trained_as_by_plain_torch(layered: Make, context: Context, given: Any) -> None:
    runs = [layered(*given, seed=seed) for seed in (0, 1)]
    for outcome in train(runs, context):
        expected = train_plainly(outcome.run)
        assert torch.isfinite(expected).all()
        assert (outcome.parameters - expected).abs().max() < 1e-6


@pytest.mark.parametrize(
    "form",
    [
        {"hidden": (4,)},
        {"convolutions": ({"channels": 3},)},
        {"layers": ("Conv2d(3, 3)", "ReLU()", "Flatten()", "Linear(3)")},
    ],
    ids=str,
)
def test_every_form_trains_from_an_initialization(make: Make, context: Context, form: Any) -> None:
    given = {"name": "xavier_uniform_", "gain": 0.5, "bias": {"name": "constant_", "val": 0.1}}
    network = Network.model_validate({"name": "own", "initialization": given, **form})
    run = replace(make("images", epochs=2, batch_size=8), network=network)
    (outcome,) = train([run], context)
    assert (outcome.parameters - train_plainly(run)).abs().max() < 1e-6


def test_layers_that_are_a_perceptron_train_as_a_stack(layered: Make) -> None:
    plain = [layered("Flatten()", "Linear(4)", "Tanh()", "Linear(3)", seed=s) for s in (0, 1)]
    assert len(grouped(plain, CPU)) == 1
    own = [layered("Flatten()", "Linear(4)", "ELU()", "Linear(3)", seed=s) for s in (0, 1)]
    assert len(grouped(own, CPU)) == 2


def test_no_outcome_depends_on_what_ran_before(layered: Make, context: Context) -> None:
    first, second = layered(seed=0), layered(seed=1)
    together = train([first, second], context)
    torch.manual_seed(99)
    torch.rand(7)
    for outcome in train([second], context) + train([second, first], context):
        (other,) = [t for t in together if t.run == outcome.run]
        assert torch.equal(outcome.parameters, other.parameters)


def test_torchs_own_generator_is_left_alone(layered: Make, context: Context) -> None:
    before = torch.get_rng_state()
    train([layered()], context)
    assert torch.equal(before, torch.get_rng_state())


def test_a_killed_training_goes_on_bit_for_bit(
    layered: Make, context: Context, tmp_path: Path
) -> None:
    run = replace(layered(epochs=9), double=False, observe=Observe(snapshot_every=2))
    (straight,) = train([run], context)
    (resumed,) = trained_through_kills([run], tmp_path, (2, 4))
    assert torch.equal(straight.parameters, resumed.parameters)
    assert straight.snapshots is not None and resumed.snapshots is not None
    assert torch.equal(straight.snapshots, resumed.snapshots)
    assert straight.history == resumed.history


def evaluated(run: Run, vector: Tensor) -> tuple[nn.Module, Tensor, Tensor]:
    """The network with a state put in by torch's own means, evaluating; the training data."""
    module = build(run.network, run.problem.shape).double().eval()
    state = State.of(module)
    names = dict(module.named_parameters()) | dict(module.named_buffers())
    with torch.no_grad():
        for slot in (*state.parameters, *state.kept):
            names[slot.name].copy_(vector[slot.part].view(slot.shape))
    feed = Feed([run.problem], CPU, torch.float64)
    inputs, targets = next(feed.chunks("train", feed.size("train")))
    return module, inputs[0], targets[0]


def test_measures_evaluate_with_buffers_fixed(layered: Make, context: Context) -> None:
    run = layered()
    (outcome,) = train([run], context)
    vector = outcome.parameters.double()
    module, inputs, targets = evaluated(run, vector)
    loss = nn.functional.cross_entropy(module(inputs), targets)
    gradient = torch.cat(
        [g.flatten() for g in torch.autograd.grad(loss, list(module.parameters()))]
    )
    assert outcome.history.train_loss[-1] == pytest.approx(loss.item())
    found, gradients = training_gradients(
        run.network, run.problem, vector[None], "cross_entropy", CPU
    )
    assert found.item() == pytest.approx(loss.item())
    torch.testing.assert_close(gradients[0], gradient)
    landscape = Landscape(run.network, run.problem, "cross_entropy", 22, CPU, torch.float64)
    value, slope = landscape.around(vector)(landscape.trained(vector))
    assert value == pytest.approx(loss.item())
    torch.testing.assert_close(slope, gradient)
    rows = evaluate_rows(run.network, run.problem, vector[None], "cross_entropy", "train", CPU)
    assert rows.loss[0] == pytest.approx(loss.item())
    torch.testing.assert_close(
        outputs(run.network, run.problem.shape, [vector], inputs)[0], module(inputs).detach()
    )
    count = len(outcome.weights)
    assert count == sum(p.numel() for p in module.parameters()) < len(vector)
    direction = torch.randn(count, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    product = landscape.hessian_product(vector)(direction[None])[0]
    step = 1e-5
    moved = [landscape.around(vector)(vector[:count] + s * step * direction)[1] for s in (1, -1)]
    torch.testing.assert_close(product, (moved[0] - moved[1]) / (2 * step), atol=1e-6, rtol=1e-4)


def test_exact_hessians_have_the_size_of_the_trained_parameters(layered: Make) -> None:
    run = layered("Flatten()", "Linear(2)", "BatchNorm1d()", "Tanh()", "Linear(3)")
    vector = train_plainly(run).double()
    _, inputs, targets = evaluated(run, vector)
    found = hessians(run.network, run.problem.shape, vector[None], inputs, targets, "cross_entropy")
    landscape = Landscape(run.network, run.problem, "cross_entropy", 22, CPU, torch.float64)
    count = found.shape[1]
    assert count == 72 * 2 + 2 + 4 + 9
    unit = torch.eye(count, dtype=torch.float64)[3:5]
    torch.testing.assert_close(landscape.hessian_product(vector)(unit), found[0, 3:5])


def test_layers_with_weights_and_their_places(layered: Make) -> None:
    run = layered()
    found = layers(run.network, run.problem.shape)
    assert [layer.words for layer in found] == [
        "conv 3×3 2→3", "conv 3×3 3→4", "conv 1×1 3→4", "dense 36→3",
    ]  # fmt: skip
    first = found[0]
    assert first.bias.start == first.bias.stop  # it has none
    assert first.weight == slice(0, 54)
    last = found[-1]
    assert last.bias.stop == len(train_plainly(run)) - (2 * 3 + 1) - (2 * 4 + 1)
