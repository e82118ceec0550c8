"""Hessian of the mean training loss: exact for small networks, products with vectors for any.

For a network with parameters θ (all weights and biases, P of them) and N examples,

    L(θ) = (1/N) Σᵢ ℓ(f(xᵢ; θ), yᵢ),    H = ∇²L(θ), a symmetric (P, P) matrix,

with ℓ of `experiments.engine.losses`: for `mse` and O outputs ℓ is the squared error divided by O,
so a linear layer without bias has H = (2/(N·O)) XᵀX in each output's block. H is a derivative of
all examples together, never an average over batches of curvatures; no weight decay is in it.

Not checked: that ℓ and the activation are twice differentiable. For ReLU and its kin H is the
almost-everywhere derivative, which sees no curvature at the kinks.
"""

from collections.abc import Callable, Iterable
from functools import partial

import torch
from torch import Tensor
from torch.func import functional_call, grad, vjp, vmap

from experiments.engine.losses import mean_losses
from experiments.measures.mlp_hessian import StackedDerivatives
from experiments.models.build import build
from experiments.models.state import State
from experiments.settings.network import Network, Shape
from experiments.settings.training import Loss

MeanLoss = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(parameters (P,), inputs (B, ...), targets (B, ...)) → mean loss, a scalar."""

CHUNK_VALUES = 1 << 19
"""Hidden activations of all tangents of one chunk: 4 MiB of float64, near the caches."""


def mean_loss(network: Network, shape: Shape, loss: Loss, vector: Tensor | None = None) -> MeanLoss:
    """The mean loss over a batch as a pure function of the trained parameters, for `torch.func`.

    What else the network's state `vector` (P + Q,) holds stays as it is there; None: nothing else.
    """
    module = build(network, shape, device="meta").eval()
    state = State.of(module)
    fixed = {} if vector is None else state.fixed(vector)

    def value(parameters: Tensor, inputs: Tensor, targets: Tensor) -> Tensor:
        named = {slot.name: parameters[slot.part].view(slot.shape) for slot in state.parameters}
        outputs = functional_call(module, named | fixed, (inputs,))
        return mean_losses(loss, outputs.unsqueeze(0), targets.unsqueeze(0))[0]

    return value


def hessians(
    network: Network,
    shape: Shape,
    parameters: Tensor,
    inputs: Tensor,
    targets: Tensor,
    loss: Loss,
) -> Tensor:
    """Exact Hessians (R, P, P) in float64 of the mean loss over all given examples.

    Args:
        parameters: (R, P + Q), one network per row, as `State` lays it out.
        inputs: (N, ...) floating numbers, as the network takes them (images normalized).
        targets: (N, O) numbers or (N,) classes.

    Multilayer perceptrons as in `experiments.measures.mlp_hessian`, others by `unit_products`.
    """
    rows = parameters.detach().double()
    inputs = inputs.double()
    targets = targets.double() if targets.is_floating_point() else targets
    if network.perceptron is None:
        return unit_products(network, shape, rows, inputs, targets, loss)
    return StackedDerivatives(network, shape, inputs, targets, loss)(rows).hessian


def unit_products(
    network: Network, shape: Shape, rows: Tensor, inputs: Tensor, targets: Tensor, loss: Loss
) -> Tensor:
    """Hessians (R, P, P) as products with the P unit vectors, in chunks of `vmap`.

    Reverse over reverse (Pearlmutter 1994, "Fast exact multiplication by the Hessian"), in the
    precision of the arguments, for networks of any kind. Symmetrized against rounding.
    """
    width = max(sum(network.hidden) + shape.outputs, inputs[0].numel())
    chunk = max(1, CHUNK_VALUES // (len(inputs) * width))
    trained = State.of(build(network, shape, device="meta")).trained
    units = torch.eye(trained, dtype=rows.dtype, device=rows.device)
    found = []
    for row in rows:
        gradient = grad(mean_loss(network, shape, loss, row))
        at = row[:trained]
        _, product = vjp(partial(gradient, inputs=inputs, targets=targets), at)  # type: ignore[misc, call-arg]
        found.append(torch.cat([vmap(product)(part)[0] for part in units.split(chunk)]))
    hessian = torch.stack(found)
    return (hessian + hessian.mT) / 2


def spectra(
    network: Network,
    shape: Shape,
    parameters: Tensor,
    inputs: Tensor,
    targets: Tensor,
    loss: Loss,
) -> Tensor:
    """All eigenvalues (R, P) of the Hessians, ascending, float64, on the CPU.

    The arguments are those of `hessians`. The eigensolver (LAPACK) is backward stable: an
    eigenvalue is right to about P · 2.2e-16 · max|λ|, whatever its own size.
    """
    return torch.stack(
        [
            torch.linalg.eigvalsh(hessians(network, shape, row, inputs, targets, loss)[0].cpu())
            for row in parameters.split(1)
        ]
    )


def hessian_vector_products(
    network: Network,
    shape: Shape,
    parameters: Tensor,
    vectors: Tensor,
    batches: Iterable[tuple[Tensor, Tensor]],
    loss: Loss,
) -> Tensor:
    """H v for K vectors, matrix-free, for networks of any kind; (K, P).

    Args:
        parameters: (P + Q,), the network's state; its precision is used.
        vectors: (K, P).
        batches: all examples once, in parts of any size: inputs (B, ...), targets (B, ...). Each
            part counts by its number of examples, so the result does not depend on the parts.

    Reverse over reverse, one graph per part and one backward pass per vector: vectorized
    convolutions would be slower.
    """
    value = mean_loss(network, shape, loss, parameters.detach())
    leaf = parameters.detach()[: vectors.shape[1]].requires_grad_()
    total = torch.zeros_like(vectors)
    examples = 0
    for inputs, targets in batches:
        (gradient,) = torch.autograd.grad(value(leaf, inputs, targets), leaf, create_graph=True)
        for index, vector in enumerate(vectors):
            (product,) = torch.autograd.grad(gradient, leaf, vector, retain_graph=True)
            total[index] += len(inputs) * product
        examples += len(inputs)
    return total / examples
