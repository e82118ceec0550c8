"""Predicted classes against the plain module."""

import torch

from experiments.engine.problem import Problem
from experiments.engine.run import History, Run, Trained
from experiments.measures.predictions import predicted_classes
from experiments.models.build import build
from experiments.settings.network import Convolution, Network, parameter_count
from experiments.settings.training import Training


def test_predicted_classes_are_the_largest_outputs_of_the_module(pictures: Problem) -> None:
    network = Network(name="cnn", convolutions=(Convolution(channels=3),))
    run = Run(network, Training(loss="cross_entropy", epochs=1), pictures, seed=0, double=True)
    count = parameter_count(network, pictures.shape)
    parameters = torch.randn(count, generator=torch.Generator().manual_seed(1))
    trained = Trained(run, parameters.double(), History((), (), (), (), ()))
    which = torch.arange(len(pictures.inputs)) % 3 == 1

    module = build(network, pictures.shape).double()
    torch.nn.utils.vector_to_parameters(parameters.double(), module.parameters())
    mean, std = (torch.tensor(m).double().view(-1, 1, 1) for m in (pictures.mean, pictures.std))
    expected = module((pictures.inputs[which] / 255.0 - mean) / std).argmax(dim=1)

    found = predicted_classes(trained, which, torch.device("cpu"))
    assert len(set(expected.tolist())) > 1
    assert found.tolist() == expected.tolist()
