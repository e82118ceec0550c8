"""Hessians: closed forms, finite differences, unit vectors, curvlinops."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from experiments.engine.randomness import generator
from experiments.measures import mlp_hessian
from experiments.measures.hessian import (
    hessian_vector_products,
    hessians,
    mean_loss,
    spectra,
    unit_products,
)
from experiments.measures.mlp_hessian import StackedDerivatives
from experiments.measures.spectrum import largest_eigenvalue, trace_to_error
from experiments.models.build import build, initial_parameters
from experiments.settings.network import Convolution, Network, Shape
from experiments.settings.training import Loss

LINE = Shape((3,), 2)
IMAGE = Shape((2, 6, 6), 3)
CNN = Network(
    name="cnn",
    convolutions=(Convolution(channels=3, padding=1, pool=2),),
    hidden=(4,),
    activation="tanh",
)


def rows(network: Network, shape: Shape, runs: int = 2) -> Tensor:
    """Initial parameters (runs, P) in float64."""
    seeds = range(runs)
    drawn = [initial_parameters(network, shape, generator(s, "weights")) for s in seeds]
    return torch.stack(drawn).double()


def drawn(shape: Shape, count: int, loss: Loss = "mse") -> tuple[Tensor, Tensor]:
    """Random inputs and fitting targets."""
    random = torch.Generator().manual_seed(3)
    inputs = torch.randn(count, *shape.input, generator=random, dtype=torch.float64)
    if loss == "mse":
        return inputs, torch.randn(count, shape.outputs, generator=random, dtype=torch.float64)
    return inputs, torch.randint(0, shape.outputs, (count,), generator=random)


def test_a_linear_network_has_its_closed_form() -> None:
    # L = (1/N) Σᵢ (1/O) |W xᵢ + b − yᵢ|²: each output's block is (2/(N·O)) X₁ᵀX₁, X₁ with a 1.
    network = Network(name="linear", hidden=())
    inputs, targets = drawn(LINE, 11)
    one = torch.cat([inputs, torch.ones(11, 1, dtype=torch.float64)], dim=1)
    block = 2 / (11 * 2) * one.T @ one
    found = hessians(network, LINE, rows(network, LINE), inputs, targets, "mse")
    weights, biases = slice(0, 6), slice(6, 8)
    for run in found:
        expected = torch.zeros(8, 8, dtype=torch.float64)
        expected[weights, weights] = torch.block_diag(block[:3, :3], block[:3, :3])
        for output in range(2):
            cross = block[:3, 3]
            expected[3 * output : 3 * output + 3, 6 + output] = cross
            expected[6 + output, 3 * output : 3 * output + 3] = cross
        expected[biases, biases] = block[3, 3] * torch.eye(2, dtype=torch.float64)
        torch.testing.assert_close(run, expected, rtol=1e-12, atol=1e-14)


def test_finite_differences_of_the_gradient() -> None:
    network = Network(name="tanh", hidden=(4, 3), activation="tanh")
    inputs, targets = drawn(LINE, 9)
    start = rows(network, LINE, 1)
    gradient = torch.func.grad(mean_loss(network, LINE, "mse"))
    step = 1e-5
    columns = []
    for unit in torch.eye(start.shape[1], dtype=torch.float64):
        ahead = gradient(start[0] + step * unit, inputs, targets)
        behind = gradient(start[0] - step * unit, inputs, targets)
        columns.append((ahead - behind) / (2 * step))
    found = hessians(network, LINE, start, inputs, targets, "mse")[0]
    torch.testing.assert_close(found, torch.stack(columns), rtol=0, atol=1e-9)


NETWORKS: list[Network] = [
    Network(name="n", hidden=hidden, activation=activation, output=output)
    for hidden, activation, output in [
        ((), "tanh", "logits"),
        ((5,), "tanh", "logits"),
        ((4, 2, 3), "tanh", "logits"),
        ((4, 3), "relu", "logits"),
        ((4, 3), "leaky_relu", "logits"),
        ((4, 3), "sigmoid", "logits"),
        ((4, 3), "gelu", "softmax"),
        ((4, 3), "silu", "softmax"),
        ((4, 3), "identity", "logits"),
    ]
]
LOSSES: tuple[Loss, ...] = ("mse", "cross_entropy", "mse_log_softmax")


@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: f"{n.hidden}-{n.activation}")
@pytest.mark.parametrize("loss", LOSSES)
def test_stacks_equal_products_with_unit_vectors(network: Network, loss: Loss) -> None:
    inputs, targets = drawn(LINE, 21, loss)
    start = rows(network, LINE)
    stack = StackedDerivatives(network, LINE, inputs, targets, loss)
    found = stack(start)
    expected = unit_products(network, LINE, start, inputs, targets, loss)
    torch.testing.assert_close(found.hessian, expected, rtol=1e-11, atol=1e-14)
    value = mean_loss(network, LINE, loss)
    for run, parameters in enumerate(start):
        gradient, loss_value = torch.func.grad_and_value(value)(parameters, inputs, targets)
        torch.testing.assert_close(found.gradient[run], gradient, rtol=1e-11, atol=1e-14)
        torch.testing.assert_close(stack.gradient(start)[run], gradient, rtol=1e-11, atol=1e-14)
        torch.testing.assert_close(found.loss[run], loss_value, rtol=1e-12, atol=0)


def test_chunks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(name="tanh", hidden=(4, 3), activation="tanh")
    inputs, targets = drawn(LINE, 50)
    start = rows(network, LINE, 3)
    whole = hessians(network, LINE, start, inputs, targets, "mse")
    monkeypatch.setattr(mlp_hessian, "CHUNK_VALUES", 1)  # one network, 16 examples at a time
    torch.testing.assert_close(
        hessians(network, LINE, start, inputs, targets, "mse"), whole, rtol=1e-12, atol=1e-15
    )


def test_convolutions_have_no_stack() -> None:
    with pytest.raises(ValueError, match="multilayer"):
        StackedDerivatives(CNN, IMAGE, *drawn(IMAGE, 5, "cross_entropy"), "cross_entropy")


@pytest.mark.parametrize("size", [3, 7, 20])
def test_products_of_a_convolutional_network_equal_its_hessian(size: int) -> None:
    inputs, targets = drawn(IMAGE, 20, "cross_entropy")
    start = rows(CNN, IMAGE, 1)
    hessian = hessians(CNN, IMAGE, start, inputs, targets, "cross_entropy")[0]
    vectors = torch.randn(3, start.shape[1], dtype=torch.float64)
    parts = zip(inputs.split(size), targets.split(size), strict=True)
    found = hessian_vector_products(CNN, IMAGE, start[0], vectors, parts, "cross_entropy")
    torch.testing.assert_close(found, vectors @ hessian, rtol=1e-10, atol=1e-13)


def test_the_trace_is_the_sum_of_the_eigenvalues() -> None:
    network = Network(name="tanh", hidden=(4, 3), activation="tanh")
    inputs, targets = drawn(LINE, 9)
    start = rows(network, LINE)
    found = spectra(network, LINE, start, inputs, targets, "mse")
    traces = hessians(network, LINE, start, inputs, targets, "mse").diagonal(dim1=1, dim2=2)
    torch.testing.assert_close(found.sum(dim=1), traces.sum(dim=1), rtol=1e-12, atol=0)
    assert (found.diff(dim=1) >= 0).all()


@pytest.fixture
def matrix() -> Tensor:
    """A symmetric matrix (30, 30) whose largest eigenvalue in magnitude is negative."""
    random = torch.randn(30, 30, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return random + random.T - 3 * torch.eye(30, dtype=torch.float64)


def products_of(matrix: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda vectors: vectors @ matrix


def test_the_largest_eigenvalue_is_the_most_positive_one(matrix: Tensor) -> None:
    exact = torch.linalg.eigvalsh(matrix)
    assert exact[-1] < exact.abs().max()
    start = torch.ones(30, dtype=torch.float64)
    found = largest_eigenvalue(products_of(matrix), start, tolerance=1e-8)
    assert found == pytest.approx(exact[-1].item(), rel=1e-7)


def test_the_trace_estimate_reaches_the_truth(matrix: Tensor) -> None:
    like = torch.zeros(30, dtype=torch.float64)
    exact = matrix.trace().item()
    off = (matrix - matrix.diag().diag()).square().sum().item()
    for draws in (50, 20_000):
        found = trace_to_error(
            products_of(matrix),
            like,
            torch.Generator().manual_seed(2),
            relative_error=0,
            most=draws,
        )
        assert abs(found.value - exact) < 4 * found.standard_error
        # The variance of one draw is 2 Σ_{i≠j} H_ij².
        assert found.standard_error == pytest.approx((2 * off / draws) ** 0.5, rel=0.3)


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:FutureWarning")
def test_curvlinops_has_the_same_hessian() -> None:
    curvlinops = pytest.importorskip("curvlinops", reason="curvlinops is not installed")
    network = Network(name="tanh", hidden=(4, 3), activation="tanh")
    inputs, targets = drawn(LINE, 9)
    start = rows(network, LINE, 1)
    module: nn.Module = build(network, LINE).double()
    nn.utils.vector_to_parameters(start[0], module.parameters())

    operator = curvlinops.HessianLinearOperator(
        module, nn.MSELoss(), list(module.parameters()), [(inputs, targets)]
    )
    theirs = operator @ torch.eye(start.shape[1], dtype=torch.float64)
    ours = hessians(network, LINE, start, inputs, targets, "mse")[0]
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)
