"""bfloat16 only where the processor has it, only in the steps, close to float32."""

from collections.abc import Callable

import pytest
import torch

from experiments.engine import group
from experiments.engine.context import Context
from experiments.engine.precision import bfloat16_pays
from experiments.engine.run import Run, Trained
from experiments.engine.train import train

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("capabilities", "pays"),
    [
        ({}, False),
        ({"avx512_f": True, "amx_bf16": False}, False),
        ({"amx_bf16": True}, True),
        ({"avx512_bf16": True}, True),
    ],
)
def test_probe(capabilities: dict[str, bool], pays: bool) -> None:
    assert bfloat16_pays(CPU, capabilities) is pays


def trained(make: Callable[..., Run], context: Context, kind: str, **training: str) -> Trained:
    return train([make(kind, double=False, batch_size=8, epochs=4, **training)], context)[0]


def test_steps_in_bfloat16_are_near_those_in_float32(
    make: Callable[..., Run], context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = trained(make, context, "cnn", optimizer="sgd")
    monkeypatch.setattr(group, "bfloat16_pays", lambda _device: True)
    low = trained(make, context, "cnn", optimizer="sgd", precision="bfloat16")
    assert low.parameters.dtype == torch.float32
    # Before the first step both are the same network, and evaluations are in float32.
    assert low.history.train_loss[0] == exact.history.train_loss[0]
    difference = (low.parameters - exact.parameters).abs().max()
    assert 0 < difference < 2e-3


@pytest.mark.parametrize(("kind", "pays"), [("cnn", False), ("images", True)])
def test_float32_elsewhere(
    make: Callable[..., Run],
    context: Context,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    pays: bool,
) -> None:
    """On a processor without the instructions, and for perceptrons."""
    exact = trained(make, context, kind)
    monkeypatch.setattr(group, "bfloat16_pays", lambda _device: pays)
    asked = trained(make, context, kind, precision="bfloat16")
    assert torch.equal(asked.parameters, exact.parameters)
