"""What a record notes of how it was computed."""

import pytest
import torch

from experiments import facts
from experiments.facts import precision_notes
from experiments.settings.network import Convolution, Network, Shape
from experiments.settings.training import Training
from experiments.settings.use import Use

CNN = Network(name="cnn", convolutions=(Convolution(channels=4),))


def use(network: Network, precision: str) -> Use:
    training = Training.model_validate(
        {"loss": "cross_entropy", "batch_size": 8, "epochs": 1, "precision": precision}
    )
    return Use(network, Shape((1, 8, 8), 10), training, 100, True)


@pytest.mark.parametrize(("pays", "words"), [(True, "in bfloat16."), (False, "in float32.")])
def test_bfloat16_is_noted_as_it_was(
    monkeypatch: pytest.MonkeyPatch, pays: bool, words: str
) -> None:
    monkeypatch.setattr(facts, "bfloat16_pays", lambda _device: pays)
    (note,) = precision_notes((use(CNN, "float32"), use(CNN, "bfloat16")), torch.device("cpu"))
    assert note.endswith(words)


def test_nothing_is_noted_where_nothing_was_asked() -> None:
    perceptron = Network(name="mlp", hidden=(4,))
    uses = (use(CNN, "float32"), use(perceptron, "bfloat16"))
    assert precision_notes(uses, torch.device("cpu")) == ()
