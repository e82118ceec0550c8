"""R multilayer perceptrons of one shape: forward pass, and a backward pass written out by hand.

Units come before examples: hidden layer k of all runs is one tensor h_k (R, w_k, B), with

    z_k = W_k h_{k−1} + b_k,    h_k = φ(z_k),

so that every product and every element-wise step runs along the examples, which are contiguous.
With g_k = ∂ℓ/∂z_k, backward from the outputs,

    ∂ℓ/∂W_k = g_k h_{k−1}ᵀ,    ∂ℓ/∂b_k = Σ_B g_k,    g_{k−1} = φ′(z_{k−1}) · W_kᵀ g_k.

Layers are so small that a node of autograd costs more than its arithmetic: the whole network is one
node here. Inputs that all runs share enter the first layer as one product for all runs.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from experiments.models.build import ACTIVATIONS
from experiments.settings.network import Activation

_aten = torch.ops.aten
IN_PLACE: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu_,
    "leaky_relu": functional.leaky_relu_,
    "tanh": torch.tanh_,
    "sigmoid": torch.sigmoid_,
}
"""Activations whose derivative is known from h alone: z need not be kept."""
DERIVATIVE: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "relu": lambda g, h: _aten.threshold_backward(g, h, 0, grad_input=g),
    "leaky_relu": lambda g, h: _aten.leaky_relu_backward(g, h, 0.01, True, grad_input=g),
    "tanh": lambda g, h: _aten.tanh_backward(g, h, grad_input=g),
    "sigmoid": lambda g, h: _aten.sigmoid_backward(g, h, grad_input=g),
    "gelu": lambda g, z: _aten.gelu_backward(g, z, grad_input=g),
    "silu": lambda g, z: _aten.silu_backward(g, z, grad_input=g),
    "identity": lambda g, _: g,
}
"""Overwrite ∂ℓ/∂h by ∂ℓ/∂z, given h (those of `IN_PLACE`) or z (the others)."""


def perceptrons(activation: Activation, inputs: Tensor, parameters: Sequence[Tensor]) -> Tensor:
    """Outputs of R networks, before any softmax, (R, B, O); differentiable once.

    Args:
        activation: of the hidden layers.
        inputs: (R, B, I), or (1, B, I) where all runs share them.
        parameters: weight (R, o, i) and bias (R, o) of each layer in turn.
    """
    if torch.is_grad_enabled():
        outputs: Tensor = _Perceptrons.apply(activation, inputs, *parameters)
        return outputs
    return _forward(activation, inputs, parameters, None)


def _forward(
    activation: Activation,
    inputs: Tensor,
    parameters: Sequence[Tensor],
    kept: list[Tensor] | None,
) -> Tensor:
    """The outputs; of every hidden layer, what `DERIVATIVE` takes and h are appended to `kept`."""
    phi = IN_PLACE.get(activation) or ACTIVATIONS[activation]()
    weights, biases = parameters[0::2], parameters[1::2]
    z = _first(weights[0], biases[0], inputs)
    for weight, bias in zip(weights[1:], biases[1:], strict=True):
        h = phi(z)
        if kept is not None:
            kept += [h if activation in IN_PLACE else z, h]
        z = torch.baddbmm(bias.unsqueeze(2), weight, h)
    return z.mT


def _first(weight: Tensor, bias: Tensor, inputs: Tensor) -> Tensor:
    """z_1 (R, w, B)."""
    if len(inputs) == len(weight):
        return torch.baddbmm(bias.unsqueeze(2), weight, inputs.mT)
    rows = torch.addmm(bias.reshape(-1, 1), weight.flatten(0, 1), inputs[0].mT)
    return rows.view(*bias.shape, -1)


class _Perceptrons(torch.autograd.Function):
    """See the module."""

    @staticmethod
    def forward(ctx: Any, activation: Activation, inputs: Tensor, *parameters: Tensor) -> Tensor:
        kept: list[Tensor] = []
        outputs = _forward(activation, inputs, parameters, kept)
        ctx.activation = activation
        ctx.save_for_backward(inputs, *parameters[0::2], *kept)
        return outputs

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        inputs, *saved = ctx.saved_tensors
        layers = (len(saved) + 2) // 3
        weights, hidden = saved[:layers], saved[layers:]
        derivative = DERIVATIVE[ctx.activation]
        g = gradient.mT.contiguous()
        found: list[Tensor | None] = []
        for k in range(layers - 1, 0, -1):
            reference, h = hidden[2 * k - 2], hidden[2 * k - 1]
            found += [g.sum(2), torch.bmm(g, h.mT)]
            g = derivative(torch.bmm(weights[k].mT, g), reference)
        if len(inputs) == len(g):
            first = torch.bmm(g, inputs)
        else:
            first = (g.flatten(0, 1) @ inputs[0]).view_as(weights[0])
        found += [g.sum(2), first]
        entering = None
        if ctx.needs_input_grad[1]:
            entering = torch.bmm(g.mT, weights[0])
            if len(inputs) < len(entering):
                entering = entering.sum(0, keepdim=True)
        return None, entering, *found[::-1]
