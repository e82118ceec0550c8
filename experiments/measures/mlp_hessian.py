"""Loss, gradient and exact Hessian of many multilayer perceptrons at once.

The P² entries of a Hessian all come from second derivatives with respect to the pre-activations
z_k = W_k h_{k−1} + b_k, h_k = φ(z_k), of which an example has only U (the sum of the widths). With

    D_km = ∂z_k/∂z_m,      D_mm = I,  D_km = W_k φ′(z_{k−1}) D_{k−1,m} for m < k,
    g_k = ∂ℓᵢ/∂z_k,        g_k = φ′(z_k) · W_{k+1}ᵀ g_{k+1},
    S_km = ∂²ℓᵢ/∂z_k∂z_m,  S_km = φ′(z_k) · W_{k+1}ᵀ S_{k+1,m} + φ″(z_k) · W_{k+1}ᵀ g_{k+1} · D_km,

backward from the last layer K (g_K and S_KK are the loss's own derivatives, S_Km = S_KK D_Km), and
with h_{k−1} extended by a 1 for the bias, layers m ≤ k have the block

    ∂²L/∂W_k[a,b]∂W_m[c,d] = (1/N) Σᵢ ( S_km[a,c] h_{k−1}[b] + g_k[a] T[b,c] ) h_{m−1}[d],

where T = ∂h_{k−1}/∂z_m = φ′(z_{k−1}) D_{k−1,m} for m < k, and 0 for the bias and for m = k. That is
much less work than Hessian-vector products with the P unit vectors, which remain in
`experiments.measures.hessian` for other networks and as the oracle of the tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch
from torch import Tensor
from torch.nn import functional

from experiments.engine.losses import example_losses, mean_losses
from experiments.models.build import ACTIVATIONS
from experiments.models.stack import StackedMLP
from experiments.settings.network import Network, Shape
from experiments.settings.training import Loss

CHUNK_VALUES = 1 << 20
"""Values of one chunk's S over examples and networks, about: 8 MiB of float64."""


@dataclass(frozen=True)
class Derivatives:
    """Mean loss (R,), its gradient (R, P) and its Hessian (R, P, P), of R networks."""

    loss: Tensor
    gradient: Tensor
    hessian: Tensor


@dataclass(frozen=True)
class _Sums:
    """Sums over examples; rows and columns in the order layer, unit, input or bias."""

    loss: Tensor
    gradient: Tensor
    hessian: Tensor


class StackedDerivatives:
    """Called with parameters (R, P): their `Derivatives` for fixed data, in the data's precision.

    Args of the constructor: `inputs` (N, ...) floating numbers, as the network takes them;
    `targets` (N, O) numbers or (N,) classes. Raises ValueError for a network with convolutions.
    """

    def __init__(
        self, network: Network, shape: Shape, inputs: Tensor, targets: Tensor, loss: Loss
    ) -> None:
        plain = network.perceptron
        if plain is None:
            raise ValueError("only multilayer perceptrons have stacked derivatives")
        network = plain
        self._network = network
        self._shape = shape
        self._inputs = inputs.flatten(1)
        self._targets = targets
        self._loss: Loss = loss
        self._activation = ACTIVATIONS[network.activation]()
        self._softmax = network.output == "softmax"
        self._pairs = list(pairwise((self._inputs.shape[1], *network.hidden, shape.outputs)))
        starts = accumulate((o * (i + 1) for i, o in self._pairs), initial=0)
        self._layers = [slice(a, b) for a, b in pairwise(starts)]
        order = [
            _module_order(layer.start, i, o)
            for layer, (i, o) in zip(self._layers, self._pairs, strict=True)
        ]
        self._order = torch.cat(order).to(inputs.device)

    def losses(self, parameters: Tensor) -> Tensor:
        """The losses (R,) alone."""
        units = sum(o for _, o in self._pairs)
        found = []
        for rows in parameters.detach().split(max(1, CHUNK_VALUES // (units * len(self._inputs)))):
            stack = StackedMLP(self._network, self._shape, rows.clone())
            targets = self._targets.expand(len(rows), *self._targets.shape)
            found.append(mean_losses(self._loss, stack(self._inputs.unsqueeze(0)), targets))
        return torch.cat(found).detach()

    def gradient(self, parameters: Tensor) -> Tensor:
        """The gradients (R, P) alone, by backpropagation."""
        stack = StackedMLP(self._network, self._shape, parameters.detach().clone())
        targets = self._targets.expand(len(parameters), *self._targets.shape)
        stack.backward(mean_losses(self._loss, stack(self._inputs.unsqueeze(0)), targets))
        return stack.gradients

    def __call__(self, parameters: Tensor) -> Derivatives:
        """See the class."""
        per_example = sum(o for _, o in self._pairs) ** 2
        runs = max(1, CHUNK_VALUES // (per_example * len(self._inputs)))
        found = [self._chunk(rows, per_example) for rows in parameters.detach().split(runs)]
        return Derivatives(
            torch.cat([f.loss for f in found]),
            torch.cat([f.gradient for f in found]),
            torch.cat([f.hessian for f in found]),
        )

    def _chunk(self, rows: Tensor, per_example: int) -> Derivatives:
        runs, count = rows.shape
        sums = _Sums(
            rows.new_zeros(runs), rows.new_zeros(runs, count), rows.new_zeros(runs, count, count)
        )
        size = max(16, CHUNK_VALUES // (per_example * runs))
        parts = zip(self._inputs.split(size), self._targets.split(size), strict=True)
        for inputs, targets in parts:
            self._add(sums, rows, inputs.expand(runs, -1, -1), targets.expand(runs, *targets.shape))
        examples, order = len(self._inputs), self._order
        hessian = sums.hessian[:, order][:, :, order]
        return Derivatives(
            sums.loss / examples, sums.gradient[:, order] / examples, hessian / examples
        )

    def _add(self, sums: _Sums, rows: Tensor, inputs: Tensor, targets: Tensor) -> None:
        """Add what the examples (R, B, ...) contribute."""
        weights = [
            rows[:, layer][:, : i * o].unflatten(1, (o, i))
            for layer, (i, o) in zip(self._layers, self._pairs, strict=True)
        ]
        last = len(weights) - 1
        values, entering, slopes, bends = inputs, [], [], []
        for index, (layer, (i, o)) in enumerate(zip(self._layers, self._pairs, strict=True)):
            entering.append(functional.pad(values, (0, 1), value=1.0))
            values = values @ weights[index].mT + rows[:, layer][:, i * o :].unsqueeze(1)
            if index < last:
                values, slope, bend = self._activated(values)
                slopes.append(slope.unsqueeze(-1))
                bends.append(bend)
        losses, g, curvature = self._output(values, targets)
        sums.loss.add_(losses.sum(dim=1))

        D: list[list[Tensor]] = []  # D[k][m] for m < k, each (R, B, w_k, w_m)
        T: list[list[Tensor]] = []  # T[k][m] = ∂h_{k−1}/∂z_m
        for k in range(last + 1):
            T.append([])
            if k:
                T[k] = [slopes[k - 1] * D[k - 1][m] for m in range(k - 1)]
                T[k].append(torch.diag_embed(slopes[k - 1].squeeze(-1)))
            D.append([weights[k].unsqueeze(1) @ t for t in T[k]])
        S = [*(curvature @ d for d in D[last]), curvature]
        for k in range(last, -1, -1):
            self._add_layer(sums, k, S, g, T[k], entering)
            if k:
                back = weights[k].mT.unsqueeze(1)
                g = (back @ g.unsqueeze(-1)).squeeze(-1)
                bend = (bends[k - 1] * g).unsqueeze(-1)
                S = [slopes[k - 1] * (back @ s) for s in S[:k]]
                for m in range(k - 1):
                    S[m] += bend * D[k - 1][m]
                S[k - 1].diagonal(dim1=2, dim2=3).add_(bend.squeeze(-1))
                g = slopes[k - 1].squeeze(-1) * g

    def _add_layer(
        self,
        sums: _Sums,
        k: int,
        second: Sequence[Tensor],
        g: Tensor,
        tangents: Sequence[Tensor],
        entering: Sequence[Tensor],
    ) -> None:
        """Add the rows of layer `k` (from S, g, T and h) and, by symmetry, its columns."""
        rows = self._layers[k]
        sums.gradient[:, rows] += (g.mT @ entering[k]).flatten(1)
        for m, columns in enumerate(self._layers[: k + 1]):
            block = _contract(second[m], _outer(entering[k], entering[m]), (0, 2, 1, 3))
            if m < k:
                block[:, :, :-1] += _contract(_outer(g, entering[m]), tangents[m], (0, 2, 3, 1))
            flat = block.flatten(3, 4).flatten(1, 2)
            sums.hessian[:, rows, columns] += flat
            if m < k:
                sums.hessian[:, columns, rows] += flat.mT

    def _activated(self, values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """φ, φ′, φ″, element by element."""
        with torch.enable_grad():
            leaf = values.detach().requires_grad_()
            activated = self._activation(leaf)
            (slope,) = torch.autograd.grad(activated.sum(), leaf, create_graph=True)
            bend = torch.zeros_like(values)
            if slope.requires_grad:
                (bend,) = torch.autograd.grad(slope.sum(), leaf)
        return activated.detach(), slope.detach(), bend

    def _output(self, values: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Losses (R, B), and their derivatives (R, B, O), (R, B, O, O) in the last layer's z."""
        with torch.enable_grad():
            leaf = values.detach().requires_grad_()
            outputs = functional.softmax(leaf, dim=-1) if self._softmax else leaf
            losses = example_losses(self._loss, outputs, targets)
            (slope,) = torch.autograd.grad(losses.sum(), leaf, create_graph=True)
            rows = [
                torch.autograd.grad(part.sum(), leaf, retain_graph=True)[0]
                for part in slope.unbind(dim=2)
            ]
        return losses.detach(), slope.detach(), torch.stack(rows, dim=2)


def _module_order(start: int, inputs: int, outputs: int) -> Tensor:
    """Where a layer's weights, then its biases, stand among (unit, input or bias) from `start`."""
    places = torch.arange(start, start + outputs * (inputs + 1)).view(outputs, inputs + 1)
    return torch.cat([places[:, :-1].flatten(), places[:, -1]])


def _outer(left: Tensor, right: Tensor) -> Tensor:
    """(R, B, a), (R, B, b) → (R, B, a, b)."""
    return left.unsqueeze(-1) * right.unsqueeze(-2)


def _contract(left: Tensor, right: Tensor, order: Sequence[int]) -> Tensor:
    """Σ over examples of left (R, B, p, q) times right (R, B, r, s), axes p q r s in `order`."""
    product = left.flatten(2).mT @ right.flatten(2)
    full = product.view(len(left), *left.shape[2:], *right.shape[2:])
    return full.permute(0, *(axis + 1 for axis in order)).contiguous()
