"""Layers against the parameters of the built module."""

import torch
from torch import nn

from experiments.models.build import build
from experiments.models.layers import layers
from experiments.settings.network import Convolution, Network, Shape


def test_layers_tile_the_parameter_vector() -> None:
    network = Network(
        name="cnn", convolutions=(Convolution(channels=4, kernel=5, pool=2),), hidden=(7,)
    )
    shape = Shape((3, 12, 12), 10)
    module = build(network, shape)
    vector = nn.utils.parameters_to_vector(module.parameters()).detach()
    built = [m for m in module if isinstance(m, (nn.Linear, nn.Conv2d))]
    found = layers(network, shape)
    assert [layer.words for layer in found] == ["conv 5×5 3→4", "dense 64→7", "dense 7→10"]
    assert [layer.number for layer in found] == [1, 2, 3]
    assert found[0].parameters.start == 0
    assert found[-1].parameters.stop == len(vector)
    for layer, own in zip(found, built, strict=True):
        assert torch.equal(vector[layer.weight].view(layer.weight_shape), own.weight)
        assert torch.equal(vector[layer.bias], own.bias)
        assert torch.equal(layer.filters(vector)[1], own.weight[1].flatten())
