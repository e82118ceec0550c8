"""What 29 published homeworks needed, counted: for each need, the words of a suite that say it."""

from pathlib import Path

import pytest

from experiments.suite import load_suite

FUNCTION = """
[tasks.simulate-function]
functions = ["sinc"]
training = { loss = "mse", epochs = 10 }
models = [{ name = "a", hidden = [6] }]
seeds = [0]
"""
IMAGES = """
[tasks.sensitivity]
data = "mnist"
model = { name = "a", hidden = [6] }
training = { loss = "cross_entropy", batch_size = 64, epochs = 10 }
batch_sizes = [64, 128, 256, 512, 1024]
seeds = [0]

[tasks.sharpness]
epsilon = 1e-3
"""
CASE = """
function = "sinc"
network = { name = "a", hidden = [6] }
training = { loss = "mse", epochs = 10 }
"""
TRAJECTORIES = f"""
[tasks.weight-trajectories]
seeds = [0, 1, 2, 3, 4, 5, 6, 7]
layer = 1
[tasks.weight-trajectories.case]{CASE}"""
RATIO = f"[tasks.minimal-ratio]\nruns = 100\n[[tasks.minimal-ratio.cases]]{CASE}"
SURFACE = f"[tasks.error-surface]\nseeds = [0]\n[[tasks.error-surface.cases]]{CASE}"
LABELS = """
[tasks.random-labels]
data = "mnist"
model = { name = "a", hidden = [6] }
training = { loss = "cross_entropy", batch_size = 64, epochs = 10 }
fractions = [1.0]
seeds = [0]
"""
PAIRS = """
[tasks.interpolation]
data = "mnist"
model = { name = "a", hidden = [6] }
training = { loss = "cross_entropy", epochs = 10 }
starts = ["same"]
seeds = [0]
[[tasks.interpolation.pairs]]
first = { batch_size = 64, learning_rate = 1e-3 }
second = { batch_size = 1024, learning_rate = 1e-3 }
"""
NET = """
from torch import nn


class Net(nn.Sequential):
    def __init__(self, shape, outputs):
        super().__init__(nn.Flatten(), nn.LazyLinear(outputs))
"""
LAST = '"Flatten()", "Linear(10)"]'

NEEDS: dict[str, tuple[str, str, str]] = {
    "own function": (FUNCTION, '"sinc"', '"sin(x) + cos(x**2)"'),
    "input scaling, unit": (IMAGES, '"mnist"', '{ name = "mnist", scaling = "unit" }'),
    "input scaling, symmetric": (IMAGES, '"mnist"', '{ name = "mnist", scaling = "symmetric" }'),
    "dropout": (IMAGES, "hidden = [6]", f'layers = ["Dropout(0.5)", {LAST}'),
    "initialization": (FUNCTION, "[6] }", '[6], initialization = "xavier_normal_" }'),
    "points labeled by loss": (TRAJECTORIES, "layer = 1", 'labels = "loss"'),
    "points labeled by accuracy": (
        TRAJECTORIES.replace('function = "sinc"', 'data = "mnist"').replace("mse", "cross_entropy"),
        "layer = 1",
        'labels = "accuracy"',
    ),
    "random points": (FUNCTION, '"sinc"', '{ name = "sinc", sampling = "random" }'),
    "t-SNE": (TRAJECTORIES, "layer = 1", 'projection = "tsne"'),
    "one fit per run": (TRAJECTORIES, "layer = 1", 'fit = "run"'),
    "validation split": (IMAGES, '"mnist"', '{ name = "mnist", validation = 0.2 }'),
    "L-BFGS": (FUNCTION, '"mse"', '"mse", optimizer = "LBFGS"'),
    "stop below a loss": (FUNCTION, '"mse"', '"mse", stop = { loss = 1e-3 }'),
    "line from first to last weights": (SURFACE, "seeds = [0]", "line = 41\nseeds = [0]"),
    "training of a model": (FUNCTION, "[6] }", "[6], training = { learning_rate = 0.01 } }"),
    "training of a function": (FUNCTION, '"sinc"', '{ name = "sinc", training = { epochs = 5 } }'),
    "training of a side": (PAIRS, "first = {", 'first = { training = { optimizer = "SGD" },'),
    "lengths in steps": (IMAGES, "epochs = 10", "steps = 1000"),
    "Adagrad": (FUNCTION, '"mse"', '"mse", optimizer = "Adagrad"'),
    "ratio of neighbors": (RATIO, "runs = 100", "neighbors = { number = 200, radius = 1e-4 }"),
    "clipped norm": (FUNCTION, '"mse"', '"mse", clip = 1.0'),
    "clipped elements": (FUNCTION, '"mse"', '"mse", clip = { value = 1.0 }'),
    "random test labels": (LABELS, "seeds = [0]", 'seeds = [0]\ntest_labels = "random"'),
    "3-D figures": (SURFACE, "seeds = [0]", "grid = 21\nseeds = [0]"),
    "stride": (IMAGES, "hidden = [6]", f'layers = ["Conv2d(4, 3, stride=2)", {LAST}'),
    "average pooling": (IMAGES, "hidden = [6]", f'layers = ["AvgPool2d(2)", {LAST}'),
    "padded pooling": (IMAGES, "hidden = [6]", f'layers = ["MaxPool2d(2, padding=1)", {LAST}'),
    "SELU": (FUNCTION, "hidden = [6]", 'layers = ["Linear(6)", "SELU()", "Linear(1)"]'),
    "slope": (FUNCTION, "hidden = [6]", 'layers = ["Linear(6)", "LeakyReLU(0.1)", "Linear(1)"]'),
    "mixed activations": (
        FUNCTION,
        "hidden = [6]",
        'layers = ["Linear(6)", "ReLU()", "Linear(6)", "Tanh()", "Linear(1)"]',
    ),
    "no bias": (FUNCTION, "hidden = [6]", 'layers = ["Linear(6, bias=False)", "Linear(1)"]'),
    "kernel above 11": (IMAGES, "hidden = [6]", f'layers = ["Conv2d(2, 12)", {LAST}'),
    "Hessian of one layer": (RATIO, "runs = 100", "layer = 2"),
    "ResNet": (
        IMAGES,
        "hidden = [6]",
        'layers = [{ shortcut = ["Conv2d(4, 3, padding=1)"], projection = "Conv2d(4, 1)" }, '
        f"{LAST}",
    ),
    "VGG": (
        IMAGES.replace('"mnist"', '{ name = "mnist", resize = 32 }'),
        "hidden = [6]",
        'layers = ["Conv2d(8, 3, padding=1)", "ReLU()", "Conv2d(8, 3, padding=1)", "ReLU()", '
        f'"MaxPool2d(2)", {LAST}',
    ),
    "batch norm": (IMAGES, "hidden = [6]", f'layers = ["BatchNorm2d()", {LAST}'),
    "Adamax": (IMAGES, '"cross_entropy"', '"cross_entropy", optimizer = "Adamax"'),
    "MSE on one-hot labels": (IMAGES, '"cross_entropy"', '"mse"'),
    "several ε": (IMAGES, "epsilon = 1e-3", "epsilon = [1e-3, 5e-4]"),
    "curves outside the interval": (FUNCTION, '"sinc"', '{ name = "sinc", shown = [-2, 2] }'),
    "own code": (IMAGES, "hidden = [6]", 'module = "net.py:Net"'),
}


@pytest.mark.parametrize("need", NEEDS)
def test_it_can_be_said(need: str, tmp_path: Path) -> None:
    suite, old, new = NEEDS[need]
    assert old in suite
    (tmp_path / "net.py").write_text(NET)
    path = tmp_path / "mine.toml"
    path.write_text('title = "Mine"\n' + suite.replace(old, new), encoding="utf-8")
    assert load_suite(str(path)).tasks
