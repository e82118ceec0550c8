"""What PyTorch refuses when it computes is told before any work, and nothing else."""

import warnings
from pathlib import Path

import pytest
import torch

from experiments.models.layered import layered
from experiments.settings.arguments import refused
from experiments.settings.layers import KNOWN, LayerError, read_layer
from experiments.settings.network import Network, Shape, ShapeError, closed_form
from experiments.settings.training import Training
from experiments.settings.use import Use
from experiments.suite import load_suite
from report.errors import UserError

SUITE = """
[tasks.train-on-task]
seeds = [0]
[[tasks.train-on-task.comparisons]]
data = "digits"
training = { loss = "cross_entropy", epochs = 5, batch_size = 64 }
models = [{ name = "a", LAYERS }, { name = "b", hidden = [16, 16] }]
"""
AT = "tasks.train-on-task.comparisons.0"
END = '"Flatten()", "Linear(10)"]'
HIDDEN = "hidden = [32]"
TRAINED = '"cross_entropy", '


def told(folder: Path, layers: str, old: str = "", new: str = "") -> list[str]:
    """The lines of the refusal behind the key of the comparison."""
    assert old in SUITE
    path = folder / "tried.toml"
    path.write_text(SUITE.replace(old, new).replace("LAYERS", layers))
    try:
        load_suite(str(path))
    except UserError as error:
        return [line.partition(f"{AT}.")[2] for line in error.lines]
    return []


@pytest.mark.parametrize(
    ("layers", "says"),
    [
        ('["BatchNorm2d(eps=0)", ', "BatchNorm2d(eps=0): eps must be a number above 0; correct"),
        ("[\"ELU('a')\", ", "ELU('a'): alpha must be a number; correct it"),
        ('["Hardtanh(1, -1)", ', "Hardtanh(1, -1): min_val must be below max_val (1 and -1)"),
        ("[\"Flatten('a')\", ", "Flatten('a'): start_dim must be a whole number; correct it"),
        ('["Softmax(dim=7)", ', "Softmax(7): dim must be 1, 2, 3, -1, -2 or -3: axis 0 counts the"),
        ('["LogSoftmax(-4)", ', "LogSoftmax(-4): dim must be 1, 2, 3, -1, -2 or -3: axis 0 counts"),
        ('["Flatten()", "Softmin(0)", ', "Softmin(0): dim must be 1 or -1: axis 0 counts the"),
        ('["LPPool2d(2, 2)", "Softmax(2)", ', "Softmax(2): dim must be 1 or -1: axis 0 counts the"),
        ('["Softmax(True)", ', "Softmax(True): dim must be 1, 2, 3, -1, -2 or -3"),
        ('["Conv2d(4, 8)", "InstanceNorm2d()", ', "one value in each channel, which has no spread"),
        ('["Flatten(7)", ', "Flatten(7): cannot follow an input of shape (1, 8, 8)"),
        ('["AdaptiveAvgPool2d((1,))", ', "or None, one or 2 of them; correct it"),
        ('["Conv2d(2, 3, padding=-1)", ', 'at least 0, one or 2 of them or "same" or "valid"'),
        ('["ReLU()", "Dropout(inplace=True)", ', "remove inplace from Dropout"),
        ('["ELU(inplace=True)", "ReLU(inplace=True)", ', "overwrites the output of ELU("),
        ('["Upsample(0)", ', "Upsample(0): cannot follow an input"),
        ("[\"ZeroPad2d('a')\", ", "ZeroPad2d('a'): cannot follow an input"),
    ],
)
def test_a_layer(tmp_path: Path, layers: str, says: str) -> None:
    (line,) = told(tmp_path, f"layers = {layers}{END}")
    assert line.startswith("models.0.layers: ") and says in line


@pytest.mark.parametrize(
    ("start", "says"),
    [
        ('"dirac_"', "dirac_ does not fill dense layers, which the network has; choose another"),
        ('{ name = "normal_", std = -1 }', "normal_: std must be a number that is not negative"),
        ('{ name = "trunc_normal_", std = 0 }', "trunc_normal_: std must be a number above 0"),
        ('{ name = "uniform_", a = 2 }', "uniform_: a must be below b (2 and 1); correct it"),
        ('{ name = "xavier_normal_", bias = { name = "normal_", std = -1 } }', "normal_: std must"),
        ('{ name = "sparse_", sparsity = 2 }', "sparse_: sparsity must be a number from 0 to 1"),
    ],
)
def test_an_initialization(tmp_path: Path, start: str, says: str) -> None:
    (line,) = told(tmp_path, f"{HIDDEN}, initialization = {start}")
    assert line.startswith(f"models.0.initialization: {says}")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ('"BCELoss", ', "training.loss: BCELoss takes numbers from 0 to 1, and model"),
        ('"NLLLoss", ', 'use "cross_entropy", or end the layers with "LogSoftmax()"'),
        (TRAINED + 'optimizer = { name = "adam", betas = [0, 0.9] }, ',
         "training.optimizer: betas are numbers with a decimal point; write 0.0 for 0"),
        (TRAINED + 'schedule = { name = "ConstantLR", factor = 0 }, ',
         "training.schedule: the factor of ConstantLR must be above 0"),
        (TRAINED + 'schedule = { name = "OneCycleLR", max_lr = 0.1, pct_start = 1 }, ',
         "training.schedule: pct_start is a decimal from 0.0 to below 1.0; correct it"),
        (TRAINED + 'schedule = { name = "OneCycleLR", max_lr = 0.1, epochs = 9 }, ',
         "training.schedule: OneCycleLR takes epochs only with steps_per_epoch; leave both out"),
        (TRAINED + 'schedule = { name = "OneCycleLR", max_lr = 0.1, pct_start = 0.2 }, ',
         "training.schedule: the rate of OneCycleLR cannot rise for exactly 1 epoch, which"),
    ],
)  # fmt: skip
def test_a_training(tmp_path: Path, given: str, says: str) -> None:
    lines = told(tmp_path, HIDDEN, TRAINED, given)
    assert lines and all(line.startswith("training.") for line in lines)
    assert says in lines[0]


def test_a_module_beside_all_other_faults(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("class Net:\n    def __init__(self, *_):\n        1 / 0\n")
    lines = told(tmp_path, 'module = "net.py:Net"', TRAINED, '"BCELoss", ')
    assert lines[0].startswith('models.0.module: model "a": ') and len(lines) == 2
    assert "net.py, line 3: ZeroDivisionError" in lines[0]


def test_a_last_batch_of_one_example_has_no_spread(tmp_path: Path) -> None:
    layers = 'layers = ["Flatten()", "Linear(9)", "BatchNorm1d()", "Linear(10)"]'
    (line,) = told(tmp_path, layers, "batch_size = 64", "batch_size = 4")  # 1437 = 4 * 359 + 1
    assert line.startswith("training.batch_size: the last batch of an epoch has 1 example, and")
    assert not told(tmp_path, layers)
    point = layers.replace('"Flatten()"', '"Conv2d(9, 8)", "BatchNorm2d()", "Flatten()"')
    (line,) = told(tmp_path, point.replace('"BatchNorm1d()", ', ""), "64", "4")
    assert "and BatchNorm2d needs 2" in line
    rows = 'layers = ["Flatten(1, 2)", "BatchNorm1d()", "Flatten()", "Linear(10)"]'
    assert not told(tmp_path, rows, "64", "4")  # 8 channels of 8 values


def test_all_at_once_and_a_softmax_under_its_own_key(tmp_path: Path) -> None:
    layers = f'layers = ["GELU(\'x\')", "ReLU6()", "Threshold(\'y\', 1)", {END[:-1]}, "Softmax(1)"]'
    lines = told(tmp_path, f'{layers}, initialization = {{ name = "uniform_", a = 2 }}')
    begins = ("models.0.layers: GELU('x'): ", "models.0.layers: Threshold('y', 1): ")
    begins += ("models.0.initialization: ", 'models.0.layers: model "a" ends in a softmax')
    assert len(lines) == len(begins) + 1, lines
    assert all(any(line.startswith(begin) for line in lines) for begin in begins), lines


@pytest.mark.parametrize(
    "layers",
    [
        f'["Flatten(1, -1)", "LeakyReLU(0.2)", {END}',
        f"[\"Conv2d(4, 3, padding='same', padding_mode='circular')\", \"GELU('tanh')\", {END}",
        f'["BatchNorm2d(eps=1e-3, momentum=None)", "AdaptiveAvgPool2d((None, 2))", {END}',
        f'["Hardtanh(-2, 2)", "RReLU(0.1, 0.2)", "PReLU(init=0.1)", "Softmax(dim=1)", {END}',
        f'["Softmax(2)", "LogSoftmax(-3)", "Softmin(dim=3)", {END}',
        f'["ELU()", "ReLU(inplace=True)", "GELU()", "Dropout(inplace=True)", {END}',
        f'["AdaptiveAvgPool2d(1)", "AvgPool2d(1, divisor_override=2)", "ELU(1)", {END}',
    ],
)
def test_what_torch_takes_is_taken(tmp_path: Path, layers: str) -> None:
    assert told(tmp_path, f"layers = {layers}") == []


def test_no_layer_that_torch_refuses_is_accepted() -> None:
    values = (0, -1, 2, 7, 0.5, -0.5, True, None, "a", "same", (1, 1), (1,), ("a", "a"))
    first = {"out_channels": 4, "kernel_size": 3, "out_features": 4, "num_groups": 2,
             "threshold": 0.1, "value": 1.0, "output_size": 2}  # fmt: skip
    training = Training(loss="mse", epochs=1)
    tried = 0
    for name, signature in KNOWN.items():
        given = {a: first[a] for a in signature.first[: signature.needed]}
        size = (4, *[6] * (int(name[-2]) if name[-2].isdigit() else 2))
        for argument in {*signature.first, *signature.named} - {"inplace"}:
            for value in values:
                words = ", ".join(f"{a}={v!r}" for a, v in (given | {argument: value}).items())
                try:
                    read_layer(f"{name}({words})")
                except LayerError:
                    continue
                network = Network(name="n", layers=(f"{name}({words})", "Flatten()", "Linear(1)"))
                tried += 1
                if (said := _torch_says(network, Shape(size, 1))) is not None:
                    use = Use(network, Shape(size, 1), training, 8, False)
                    assert list(refused(use)) or _misfit(use), (network.layers, said)
    assert tried > 500


def _torch_says(network: Network, shape: Shape) -> str | None:
    """Why the network cannot be built, or cannot train."""
    try:
        with warnings.catch_warnings(action="ignore"):
            layered(network, shape, "cpu")(torch.ones(2, *shape.input))
    except (RuntimeError, TypeError, ValueError, IndexError, ArithmeticError, AssertionError) as e:
        return str(e)
    return None


def _misfit(use: Use) -> bool:
    try:
        closed_form(use.network, use.shape)
    except ShapeError:
        return True
    return False
