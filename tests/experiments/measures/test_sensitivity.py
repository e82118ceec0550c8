"""Sensitivity against closed forms, finite differences and `torch.func.jacrev`."""

import pytest
import torch
from torch.func import jacrev, vmap
from torch.nn import functional

from experiments.engine.problem import Problem
from experiments.measures import sensitivity as measured
from experiments.measures.sensitivity import sensitivity
from experiments.models.build import build
from experiments.settings.network import Convolution, Network

CPU = torch.device("cpu")
SMOOTH = Network(name="mlp", hidden=(6, 5), activation="tanh")
CNN = Network(name="cnn", convolutions=(Convolution(channels=3, padding=1, pool=2),), hidden=(4,))


def drawn(network: Network, problem: Problem) -> tuple[torch.nn.Module, torch.Tensor]:
    module = build(network, problem.shape).double()
    size = sum(p.numel() for p in module.parameters())
    parameters = torch.randn(size, generator=torch.Generator().manual_seed(3)).double()
    torch.nn.utils.vector_to_parameters(parameters.clone(), module.parameters())
    return module, parameters


def inputs(problem: Problem) -> torch.Tensor:
    mean = torch.tensor(problem.mean, dtype=torch.float64).view(-1, 1, 1)
    std = torch.tensor(problem.std, dtype=torch.float64).view(-1, 1, 1)
    return (problem.test_inputs.double() / 255 - mean) / std


def test_a_linear_network_has_the_norm_of_its_matrix(pictures: Problem) -> None:
    network = Network(name="linear")
    module, parameters = drawn(network, pictures)
    weight = dict(module.named_parameters())["1.weight"]
    assert weight.shape == (3, 72)
    found = sensitivity(network, pictures, parameters, "cross_entropy", 10, CPU)
    assert found.jacobian_norm == pytest.approx(weight.norm().item(), rel=1e-12)
    assert found.points == 10
    # loss gradient: Wᵀ(p − y); probabilities: (diag p − p pᵀ) W
    shares = module(inputs(pictures)).softmax(dim=1)
    errors = shares - functional.one_hot(pictures.test_targets, 3)
    expected = (errors @ weight).norm(dim=1).mean().item()
    assert found.loss_gradient_norm == pytest.approx(expected, rel=1e-12)
    norms = [((p.diag() - p.outer(p)) @ weight).norm() for p in shares]
    assert found.probability_jacobian_norm == pytest.approx(
        torch.stack(norms).mean().item(), rel=1e-12
    )


@pytest.mark.parametrize("network", [SMOOTH, CNN], ids=["mlp", "cnn"])
def test_jacobians_against_torch_func(network: Network, pictures: Problem) -> None:
    module, parameters = drawn(network, pictures)
    found = sensitivity(network, pictures, parameters, "cross_entropy", 10, CPU)

    def logits(image: torch.Tensor) -> torch.Tensor:
        return module(image.unsqueeze(0))[0]

    jacobians = vmap(jacrev(logits))(inputs(pictures)).flatten(1)
    assert found.jacobian_norm == pytest.approx(jacobians.norm(dim=1).mean().item(), rel=1e-10)
    shares = vmap(jacrev(lambda image: logits(image).softmax(dim=0)))(inputs(pictures))
    assert found.probability_jacobian_norm == pytest.approx(
        shares.flatten(1).norm(dim=1).mean().item(), rel=1e-10
    )


def test_loss_gradient_against_finite_differences(pictures: Problem) -> None:
    module, parameters = drawn(SMOOTH, pictures)
    images, labels = inputs(pictures), pictures.test_targets
    step = 1e-6
    norms = []
    for image, label in zip(images, labels, strict=True):
        shifts = step * torch.eye(72, dtype=torch.float64).view(72, 2, 6, 6)
        with torch.no_grad():
            up, down = (
                functional.cross_entropy(
                    module(image + sign * shifts), label.expand(72), reduction="none"
                )
                for sign in (1, -1)
            )
        norms.append(((up - down) / (2 * step)).norm())
    found = sensitivity(SMOOTH, pictures, parameters, "cross_entropy", 10, CPU)
    assert found.loss_gradient_norm == pytest.approx(torch.stack(norms).mean().item(), rel=1e-7)


def test_chunks_and_the_number_of_points(
    pictures: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, parameters = drawn(CNN, pictures)
    whole = sensitivity(CNN, pictures, parameters, "cross_entropy", 10, CPU)
    each = [
        sensitivity(
            CNN,
            Problem(**vars(pictures) | {"test_inputs": pictures.test_inputs[i : i + 1],
                                        "test_targets": pictures.test_targets[i : i + 1]}),
            parameters, "cross_entropy", 1, CPU,
        )
        for i in range(10)
    ]  # fmt: skip
    monkeypatch.setattr(measured, "CHUNK_VALUES", 72 * 3 * 4)  # four examples at a time
    parts = sensitivity(CNN, pictures, parameters, "cross_entropy", 10, CPU)
    some = sensitivity(CNN, pictures, parameters, "cross_entropy", 6, CPU)
    for name in ("jacobian_norm", "probability_jacobian_norm", "loss_gradient_norm"):
        own = [getattr(one, name) for one in each]
        assert getattr(whole, name) == pytest.approx(sum(own) / 10, rel=1e-12)
        assert getattr(parts, name) == pytest.approx(sum(own) / 10, rel=1e-12)
        assert getattr(some, name) == pytest.approx(sum(own[:6]) / 6, rel=1e-12)
    assert some.points == 6


def test_behind_a_softmax_the_output_is_the_probabilities(pictures: Problem) -> None:
    _, parameters = drawn(SMOOTH, pictures)
    softmax = SMOOTH.model_copy(update={"output": "softmax"})
    plain = sensitivity(SMOOTH, pictures, parameters, "cross_entropy", 10, CPU)
    found = sensitivity(softmax, pictures, parameters, "cross_entropy", 10, CPU)
    assert found.jacobian_norm == pytest.approx(plain.probability_jacobian_norm, rel=1e-12)
    assert found.probability_jacobian_norm == found.jacobian_norm
