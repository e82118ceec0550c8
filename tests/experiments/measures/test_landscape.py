"""Loss, gradient and Hessian products over the first examples, against the plain module."""

import pytest
import torch
from torch.nn import functional

from experiments.engine.problem import Problem
from experiments.measures import landscape as module_under_test
from experiments.measures.landscape import Landscape
from experiments.measures.spectrum import largest_eigenvalue, trace_to_error
from experiments.models.build import build
from experiments.settings.network import Convolution, Network

CPU = torch.device("cpu")
CNN = Network(
    name="cnn",
    convolutions=(Convolution(channels=2, padding=1, pool=3),),
    hidden=(3,),
    activation="tanh",
)


def drawn(problem: Problem) -> torch.Tensor:
    size = sum(p.numel() for p in build(CNN, problem.shape).parameters())
    return torch.randn(size, generator=torch.Generator().manual_seed(3)).double() / 2


def plain_loss(problem: Problem, parameters: torch.Tensor, examples: int) -> torch.Tensor:
    module = build(CNN, problem.shape).double()
    mean = torch.tensor(problem.mean, dtype=torch.float64).view(-1, 1, 1)
    std = torch.tensor(problem.std, dtype=torch.float64).view(-1, 1, 1)
    images = (problem.inputs[:examples].double() / 255 - mean) / std
    parts = parameters.split([p.numel() for p in module.parameters()])
    named = {
        name: part.view(p.shape)
        for (name, p), part in zip(module.named_parameters(), parts, strict=True)
    }
    outputs = torch.func.functional_call(module, named, (images,))
    return functional.cross_entropy(outputs, problem.targets[:examples])


def made(problem: Problem, examples: int, dtype: torch.dtype = torch.float64) -> Landscape:
    return Landscape(CNN, problem, "cross_entropy", examples, CPU, dtype)


@pytest.mark.parametrize("chunk", [72, 72 * 5, 72 * 100])
def test_value_gradient_and_products(
    chunk: int, pictures: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module_under_test, "CHUNK_VALUES", chunk)
    theta = drawn(pictures)
    landscape = made(pictures, 13)
    assert landscape.examples == 13
    value, gradient = landscape.around(theta)(theta)
    leaf = theta.clone().requires_grad_()
    loss = plain_loss(pictures, leaf, 13)
    (expected,) = torch.autograd.grad(loss, leaf)
    assert value == pytest.approx(loss.item(), rel=1e-12)
    torch.testing.assert_close(gradient, expected)
    hessian = torch.autograd.functional.hessian(lambda p: plain_loss(pictures, p, 13), theta)
    vectors = torch.randn(2, len(theta), dtype=torch.float64)
    torch.testing.assert_close(landscape.hessian_product(theta)(vectors), vectors @ hessian)


def test_largest_eigenvalue_and_trace_against_the_spectrum(pictures: Problem) -> None:
    theta = drawn(pictures)
    hessian = torch.autograd.functional.hessian(lambda p: plain_loss(pictures, p, 22), theta)
    spectrum = torch.linalg.eigvalsh(hessian)
    product = made(pictures, 1000).hessian_product(theta)
    start = torch.randn(len(theta), generator=torch.Generator().manual_seed(0)).double()
    assert largest_eigenvalue(product, start) == pytest.approx(spectrum[-1].item(), rel=1e-4)
    found = trace_to_error(
        product, theta, torch.Generator().manual_seed(1), relative_error=0, most=300
    )
    assert abs(found.value - spectrum.sum().item()) < 4 * found.standard_error
    # One draw has the variance 2 Σ_{i≠j} H_ij².
    variance = 2 * (hessian.square().sum() - hessian.diag().square().sum())
    assert found.standard_error == pytest.approx((variance.item() / 300) ** 0.5, rel=0.15)


@pytest.mark.filterwarnings("ignore::FutureWarning")  # of one of its dependencies, on import
def test_against_curvlinops(pictures: Problem) -> None:
    from curvlinops import HessianLinearOperator

    theta = drawn(pictures)
    module = build(CNN, pictures.shape).double()
    torch.nn.utils.vector_to_parameters(theta.clone(), module.parameters())
    mean = torch.tensor(pictures.mean, dtype=torch.float64).view(-1, 1, 1)
    std = torch.tensor(pictures.std, dtype=torch.float64).view(-1, 1, 1)
    images = (pictures.inputs.double() / 255 - mean) / std
    operator = HessianLinearOperator(
        module,
        torch.nn.CrossEntropyLoss(),
        list(module.parameters()),
        [(images, pictures.targets)],
        check_deterministic=False,
    )
    dense = operator @ torch.eye(len(theta), dtype=torch.float64)
    spectrum = torch.linalg.eigvalsh((dense + dense.T) / 2)
    product = made(pictures, 22).hessian_product(theta)
    start = torch.randn(len(theta), generator=torch.Generator().manual_seed(0)).double()
    assert largest_eigenvalue(product, start) == pytest.approx(spectrum[-1].item(), rel=1e-4)
    torch.testing.assert_close(product(torch.eye(len(theta)).double()), dense)


def test_single_precision_gives_the_same_numbers(pictures: Problem) -> None:
    theta = drawn(pictures)
    double, single = made(pictures, 22), made(pictures, 22, torch.float32)
    start = torch.randn(len(theta), generator=torch.Generator().manual_seed(0))
    found = [
        largest_eigenvalue(double.hessian_product(theta), start.double()),
        largest_eigenvalue(single.hessian_product(theta.float()), start),
    ]
    assert found[1] == pytest.approx(found[0], rel=1e-4)
    assert single.around(theta.float())(theta.float())[0] == pytest.approx(
        double.around(theta)(theta)[0], rel=1e-6
    )


def test_draws_end_when_the_error_is_small_enough() -> None:
    root = torch.randn(30, 30, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    matrix = root @ root.T
    like = torch.zeros(30, dtype=torch.float64)

    def found(error: float, most: int = 2000) -> tuple[float, float, int]:
        draw = torch.Generator().manual_seed(3)
        estimate = trace_to_error(lambda v: v @ matrix, like, draw, relative_error=error, most=most)
        return estimate.value, estimate.standard_error, estimate.draws

    exact = matrix.trace().item()
    value, error, draws = found(0.02)
    assert error <= 0.02 * value
    assert abs(value - exact) < 4 * error
    assert 16 < draws < 2000
    assert draws % 16 == 0
    assert found(0.2)[2] < draws
    assert found(1e-9, most=40)[2] == 40
    diagonal = trace_to_error(
        lambda v: v * 2, like, torch.Generator().manual_seed(0), relative_error=0.01
    )
    assert (diagonal.value, diagonal.standard_error, diagonal.draws) == (60.0, 0.0, 16)


def test_the_eigenvalue_of_nothing() -> None:
    start = torch.ones(5, dtype=torch.float64)
    assert largest_eigenvalue(lambda v: 0 * v, start) == 0
    assert largest_eigenvalue(lambda v: v * torch.nan, start) is None
