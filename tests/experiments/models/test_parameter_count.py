"""The closed form against the built module, and both against counting by hand."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.models import build as build_module
from experiments.models.build import build, counted_parameters, initial_parameters
from experiments.settings.network import Convolution, Network, Shape, ShapeError, parameter_count
from report.errors import UserError

convolutions = st.builds(
    Convolution,
    channels=st.integers(1, 6),
    kernel=st.integers(1, 5),
    padding=st.integers(0, 2),
    pool=st.integers(1, 3),
)
shapes = st.builds(
    lambda channels, side, outputs: Shape((channels, *side), outputs),
    st.integers(1, 3),
    st.tuples(st.integers(5, 17), st.integers(5, 17)),
    st.integers(1, 5),
)
networks = st.builds(
    Network,
    name=st.just("random"),
    convolutions=st.lists(convolutions, max_size=3).map(tuple),
    hidden=st.lists(st.integers(1, 9), max_size=4).map(tuple),
    output=st.sampled_from(["logits", "softmax"]),
)


@pytest.mark.sweep
@settings(max_examples=150, deadline=None, derandomize=True)
@given(networks, shapes)
def test_closed_form_module_and_a_real_pass_agree(network: Network, shape: Shape) -> None:
    try:
        expected = parameter_count(network, shape)
    except ShapeError:
        with pytest.raises((RuntimeError, ShapeError)):
            build(network, shape)(torch.zeros(2, *shape.input))
        return
    module = build(network, shape)
    assert sum(parameter.numel() for parameter in module.parameters()) == expected
    assert counted_parameters(network, shape) == expected
    assert len(initial_parameters(network, shape, torch.Generator())) == expected
    # The closed form follows the shapes that a real pass has.
    assert module(torch.zeros(2, *shape.input)).shape == (2, shape.outputs)


def test_counts_by_hand() -> None:
    line = Shape((1,), 1)
    assert parameter_count(Network(name="line"), line) == 1 + 1
    assert parameter_count(Network(name="a", hidden=(3,)), line) == (3 + 3) + (3 + 1)
    two = Network(name="b", hidden=(3, 2))
    assert parameter_count(two, line) == (3 + 3) + (3 * 2 + 2) + (2 + 1)
    # 3 channels of 6×6 → 4 channels of 4×4 → pooled 2×2 → 16 features → 5 classes
    conv = Network(name="c", convolutions=(Convolution(channels=4, pool=2),))
    by_hand = (3 * 3 * 3 * 4 + 4) + (4 * 2 * 2 * 5 + 5)
    assert parameter_count(conv, Shape((3, 6, 6), 5)) == by_hand
    assert math.prod((3, 6, 6)) * 5 + 5 == parameter_count(Network(name="d"), Shape((3, 6, 6), 5))


def test_counts_that_differ_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_module, "closed_form", lambda _network, _shape: 11)
    with pytest.raises(UserError, match="has 10 parameters, the closed form gives 11"):
        counted_parameters(Network(name="a", hidden=(3,)), Shape((1,), 1))
