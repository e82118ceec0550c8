"""Layers in torch's own words against torch itself."""

import inspect
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from experiments.models.build import (
    build,
    built_parameters,
    counted_parameters,
    initial_parameters,
    initialized,
)
from experiments.settings.initialization import FUNCTIONS
from experiments.settings.layers import KNOWN, OTHERS, LayerError, read_layer
from experiments.settings.network import Network, Shape, ShapeError, closed_form, parameter_count
from experiments.suite import load_suite, suite_names
from report.errors import UserError

IMAGES = Shape((3, 16, 16), 10)


def made(*layers: Any, **given: Any) -> Network:
    return Network.model_validate({"name": "own", "layers": layers, **given})


def test_signatures_are_those_of_torch() -> None:
    for name, signature in {**KNOWN, **OTHERS}.items():
        cls = getattr(nn, name)
        assert issubclass(cls, nn.Module)
        if signature is None:
            continue
        left_out = ("device", "dtype", "args", "kwargs")
        known = [p for p in inspect.signature(cls).parameters if p not in left_out]
        ours = {*signature.first, *signature.named, signature.size} - {None}
        assert ours - set(known) <= {"bias"}, name  # newer torch has it everywhere
        assert set(known) - ours <= {"bias", "min_value", "max_value"} or name in OTHERS, name
        order = [argument for argument in known if argument in signature.first]
        assert order == list(signature.first), name


def test_every_layer_of_torch_is_known_or_refused() -> None:
    for name, cls in vars(nn).items():
        if not (inspect.isclass(cls) and issubclass(cls, nn.Module)) or name == "Module":
            continue
        containers = (nn.Sequential, nn.ModuleList, nn.ModuleDict, nn.ParameterList)
        refused = issubclass(cls, (*containers, nn.ParameterDict, nn.Container))
        refused |= (
            name.startswith("Lazy")
            or name.endswith(("Base", "DataParallel"))
            or ("Loss" in name and "Softmax" not in name)
        )
        assert refused or name.lower() in {n.lower() for n in (*KNOWN, *OTHERS)}, name


def test_initializations_are_those_of_torch() -> None:
    for name, arguments in FUNCTIONS.known.items():
        signature = inspect.signature(getattr(nn.init, name))
        known = [a for a in signature.parameters if a not in ("tensor", "generator")]
        assert known == list(arguments), name
        needed = [a for a in known if signature.parameters[a].default is inspect.Parameter.empty]
        assert needed == list(FUNCTIONS.required.get(name, ())), name


def random_layers(source: random.Random) -> list[str]:
    """Spatial layers, then dense ones; they may not fit."""
    spatial = [
        lambda: (
            f"Conv2d({source.randint(1, 6)}, {source.randint(1, 5)}, "
            f"stride={source.randint(1, 3)}, padding={source.randint(0, 2)}, "
            f"dilation={source.randint(1, 2)}, bias={source.choice(['True', 'False'])})"
        ),
        lambda: f"Conv2d({source.randint(1, 6)}, (1, 3), padding='same')",
        lambda: (
            f"MaxPool2d({source.randint(1, 4)}, {source.randint(1, 3)}, "
            f"{source.randint(0, 2)}, ceil_mode={source.choice(['True', 'False'])})"
        ),
        lambda: f"AvgPool2d(({source.randint(1, 4)}, 2), ceil_mode=True)",
        lambda: f"AdaptiveAvgPool2d(({source.randint(1, 4)}, None))",
        lambda: "BatchNorm2d()",
        lambda: "InstanceNorm2d(affine=True)",
        lambda: f"GroupNorm({source.randint(1, 3)})",
        lambda: source.choice(["ReLU()", "PReLU()", "Dropout2d(0.2)", "LayerNorm()", "GELU()"]),
    ]
    dense = [
        lambda: f"Linear({source.randint(1, 9)}, bias={source.choice(['True', 'False'])})",
        lambda: "BatchNorm1d(affine=False)",
        lambda: source.choice(["Tanh()", "LayerNorm(bias=False)", "Softplus(2)", "Identity()"]),
    ]
    front = [source.choice(spatial)() for _ in range(source.randint(0, 4))]
    back = [source.choice(dense)() for _ in range(source.randint(0, 3))]
    return [*front, "Flatten()", *back, "Linear(10)"]


@pytest.mark.parametrize("seed", range(150))
def test_closed_form_and_a_real_pass_agree(seed: int) -> None:
    network = made(*random_layers(random.Random(seed)))
    try:
        expected = closed_form(network, IMAGES)
    except ShapeError:
        with pytest.raises(ShapeError):
            build(network, IMAGES)
        return
    module = build(network, IMAGES).eval()
    assert module(torch.zeros(2, *IMAGES.input)).shape == (2, 10)
    assert counted_parameters(network, IMAGES) == expected


def test_closed_forms_of_all_suites_are_those_of_the_built_modules() -> None:
    for name in suite_names():
        for settings in load_suite(name).tasks.values():
            for use in settings.uses():
                expected = closed_form(use.network, use.shape)
                assert expected == built_parameters(use.network, use.shape)


def test_what_has_no_closed_form_is_counted_from_the_module() -> None:
    network = made("ZeroPad2d(1)", "ConvTranspose2d(4, 3)", "Flatten()", "Linear(10)")
    assert closed_form(network, IMAGES) is None
    assert parameter_count(network, IMAGES) == (3 * 4 * 9 + 4) + (4 * 20 * 20 * 10 + 10)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Conv2d(3, 16, 3)", r"in_channels=3, out_channels=16.*leave the 3 out.*Conv2d\(16, 3\)"),
        ("Linear(784, 10)", r"reads in_features=784, out_features=10.*Linear\(10\)"),
        ("Linear(784, 10, False)", r"Linear\(10, bias=False\)"),
        ("Conv2d(3, 16, kernel_size=3)", r"Conv2d\(16, 3\)"),
        ("Conv2d(16, 3, bias=1)", "in torch's full form"),
        ("BatchNorm2d(16)", r"num_features=16.*BatchNorm2d\(\)"),
        ("GroupNorm(4, 16)", r"num_groups=4, num_channels=16.*leave the 16 out.*GroupNorm\(4\)"),
        ("LayerNorm(16)", r"LayerNorm\(\)"),
        ("nn.Linear(5)", "the name alone"),
        ("Liner(5)", 'did you mean "Linear"'),
        ("Linear(5, out_feats=3)", 'no argument "out_feats"; did you mean "out_features"'),
        ("Conv2d(16)", "needs kernel_size"),
        ("Linear()", "needs out_features"),
        ("Linear(0)", "whole number"),
        ("Linear(2.5)", "whole number"),
        ("Linear(10**9)", "an argument is a number"),
        ("Dropout(2)", "probability"),
        ("MaxPool2d(2, return_indices=True)", "one tensor"),
        ("MaxPool2d(2, 2, 0, 1)", "at most 3"),
        ("Linear(open('x'))", "an argument is a number"),
        ("Linear(__import__('os').getpid())", "an argument is a number"),
        ("__import__('os')", "no layer"),
        ("Sequential()", "no layer"),
        ("Linear(5)(x)", "does not read like"),
        ("lambda: 1", "does not read like"),
        ("Linear(*[5])", "an argument is a number"),
        ("Linear(**{})", "each argument"),
        ("(" * 150, "does not read like"),
        ("x" * 300, "at most 200"),
    ],
)  # fmt: skip
def test_refused(text: str, message: str) -> None:
    with pytest.raises(LayerError, match=message):
        read_layer(text)


def test_one_spelling() -> None:
    for text in ("conv2d(16,3,padding=1)", "Conv2d(16, kernel_size=3, padding=1)"):
        assert str(read_layer(text)) == "Conv2d(16, 3, padding=1)"
    assert str(read_layer("relu")) == "ReLU()"
    assert made("relu", "LINEAR(1)") == made("ReLU()", "Linear(1)")


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (("Linear(10)",), r'put "Flatten\(\)" before'),
        (("Flatten()", "Linear(5)"), r'the task needs 10 outputs; end with "Linear\(10\)"'),
        (("Flatten()", "BatchNorm2d()", "Linear(10)"), r"use BatchNorm1d\(\)"),
        (("Flatten()", "Conv2d(3, 3)"), "remove Flatten"),
        (("Conv2d(8, 3, in_channels=4)", "Flatten()", "Linear(10)"), "leave it out"),
        (("Conv2d(8, 17)", "Flatten()", "Linear(10)"), "nothing is left"),
        (("Conv2d(8, (3, 3, 3))", "Flatten()", "Linear(10)"), "for each axis"),
        (({"shortcut": ["Conv2d(8, 3)"]}, "Flatten()", "Linear(10)"), "give a projection"),
        (("LSTM(16, 5)", "Linear(10)"), "LSTM"),
    ],
)
def test_layers_that_do_not_fit(layers: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        parameter_count(made(*layers), IMAGES)


def test_written_sizes_that_are_right_are_taken() -> None:
    network = made(
        "Conv2d(in_channels=3, out_channels=4, kernel_size=3)", "Flatten()", "Linear(10)"
    )
    assert parameter_count(network, IMAGES) == (3 * 4 * 9 + 4) + (4 * 14 * 14 * 10 + 10)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"hidden": (3,), "layers": ("Linear(1)",)}, "hidden: has no place beside layers"),
        ({"activation": "relu", "layers": ("Linear(1)",)}, "activation: has no place"),
        ({"layers": ("Linear(1)",), "module": "a.py:A"}, "beside layers"),
        ({"module": "a.py"}, "write file and class"),
        ({"module": "none.py:Net"}, "there is no such file"),
        ({"sha256": "0"}, "remove it"),
        ({"initialization": "xavier"}, 'did you mean "xavier_'),
        ({"initialization": {"name": "normal_", "st": 1.0}}, 'did you mean "std"'),
        ({"initialization": {"name": "kaiming_normal_", "mode": "fan"}}, '"fan_in", "fan_out"'),
        ({"initialization": {"name": "constant_"}}, "constant_ needs val"),
        ({"initialization": {"name": "ones_", "bias": "orthogonal_"}}, "bias is one of"),
    ],
)
def test_wrong_networks(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Network.model_validate({"name": "own", **given})


def test_equal_networks_have_one_hash() -> None:
    given = {"name": "normal_", "std": 0.1, "mean": 0.0, "bias": "zeros_"}
    turned = dict(reversed(given.items()))
    forms = ({"hidden": (3,)}, {"layers": ("Flatten()", {"shortcut": ["Tanh()"]}, "Linear(2)")})
    for form in forms:
        one, other = (
            Network.model_validate({"name": "own", "initialization": start, **form})
            for start in (given, turned)
        )
        assert one == other and hash(one) == hash(other)


def test_initialization_by_the_names_of_torch() -> None:
    line = Shape((50,), 40)
    given = {"name": "Xavier_Normal", "gain": 2.0, "bias": {"name": "constant_", "val": 0.5}}
    for form in ({"hidden": (30,)}, {"layers": ("Linear(30)", "LayerNorm()", "Linear(40)")}):
        network = Network.model_validate({"name": "own", "initialization": given, **form})
        module = initialized(network, line, torch.Generator().manual_seed(3))
        first = next(m for m in module.modules() if isinstance(m, nn.Linear))
        assert first.weight.std().item() == pytest.approx(2 * (2 / 80) ** 0.5, rel=0.1)
        assert first.bias.eq(0.5).all()
        for norm in module.modules():
            if isinstance(norm, nn.LayerNorm):
                assert norm.weight.eq(1).all() and norm.bias.eq(0).all()
        again = initial_parameters(network, line, torch.Generator().manual_seed(3))
        other = initial_parameters(network, line, torch.Generator().manual_seed(4))
        assert torch.equal(
            again, initial_parameters(network, line, torch.Generator().manual_seed(3))
        )
        assert not torch.equal(again, other)


SOURCE = """
import torch

class Net(torch.nn.Module):
    def __init__(self, shape, outputs):
        super().__init__()
        self.first = torch.nn.Linear(shape[0] * shape[1] * shape[2], 7)
        self.last = torch.nn.Linear(7, outputs)

    def forward(self, x):
        return self.last(self.first(x.flatten(1)).tanh())
"""


def own(folder: Path, source: str, name: str = "Net") -> Network:
    (folder / "my_net.py").write_text(source, encoding="utf-8")
    return Network.model_validate(
        {"name": "own", "module": f"my_net.py:{name}"}, context={"folder": folder}
    )


def test_a_module_of_the_users_own(tmp_path: Path) -> None:
    network = own(tmp_path, SOURCE)
    assert parameter_count(network, IMAGES) == 768 * 7 + 7 + 70 + 10
    assert str(tmp_path) not in str(network.model_dump(mode="json"))
    commented = own(tmp_path, SOURCE.replace("import torch\n", "import torch  # why\n"))
    assert commented.model_dump() == network.model_dump()
    changed = own(tmp_path, SOURCE.replace("tanh", "relu"))
    assert changed.model_dump() != network.model_dump()
    drawn = [initial_parameters(changed, IMAGES, torch.Generator().manual_seed(1)) for _ in "ab"]
    assert torch.equal(*drawn)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("shape[0] *", "shape[9] *", r"my_net.py, line 7: IndexError"),
        ("7, outputs", "7, 3", r"gives \(2, 3\) for two examples"),
        ("return self.last", "return 3 + undefined + self.last", r"line 11: NameError"),
        ("torch.nn.Module)", "object)", "Net"),
    ],
)
def test_faults_of_such_a_module_name_file_and_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    network = own(tmp_path, SOURCE.replace(old, new))
    with pytest.raises(UserError, match=message):
        parameter_count(network, IMAGES)


@pytest.mark.parametrize(
    ("source", "message"), [("class A: pass", 'no class "Net"'), ("class Net(", "line 1")]
)
def test_a_module_is_read_before_it_runs(tmp_path: Path, source: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        own(tmp_path, source)
