"""How weights are drawn before training: functions of `torch.nn.init` by name, without torch."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, model_validator

from experiments.settings.choice import NUMBER, Table, one_of
from experiments.settings.strict import Settings

_WORDS = {
    "mode": one_of("fan_in", "fan_out"),
    "nonlinearity": one_of(
        *("linear", "conv1d", "conv2d", "conv3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu")
    ),
}
"""Arguments that are words; all others are numbers."""
FUNCTIONS = Table(
    "function of torch.nn.init",
    known={
        name: {argument: _WORDS.get(argument, NUMBER) for argument in arguments.split()}
        for name, arguments in {
            "constant_": "val",
            "dirac_": "groups",
            "eye_": "",
            "kaiming_normal_": "a mode nonlinearity",
            "kaiming_uniform_": "a mode nonlinearity",
            "normal_": "mean std",
            "ones_": "",
            "orthogonal_": "gain",
            "sparse_": "sparsity std",
            "trunc_normal_": "mean std a b",
            "uniform_": "a b",
            "xavier_normal_": "gain",
            "xavier_uniform_": "gain",
            "zeros_": "",
        }.items()
    },
    required={"constant_": ("val",), "sparse_": ("sparsity",)},
)
"""Functions of torch.nn.init with their arguments behind the tensor."""
FOR_BIASES = ("constant_", "normal_", "ones_", "trunc_normal_", "uniform_", "zeros_")
"""Functions that do not ask for two axes."""

Value = float | int | str


class Initialization(Settings):
    """A function for all weights of two axes or more; `bias` is one for the biases beside them.

    Biases, where `bias` is null, and all else are drawn as torch does by default.
    """

    name: str
    """A function of `torch.nn.init`, for all weights of two axes or more."""
    arguments: dict[str, Value] = Field(default_factory=dict)
    """Arguments of the function, written beside its name."""
    bias: "Initialization | None" = None
    """The same for biases; null: as torch does by default."""

    def __hash__(self) -> int:
        """Of all fields: pydantic cannot hash a dict."""
        return hash((self.name, frozenset(self.arguments.items()), self.bias))

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, given: Any) -> Any:
        if isinstance(given, str):
            given = {"name": given}
        if not isinstance(given, Mapping) or not isinstance(given.get("name"), str):
            return given
        rest = dict(given)
        name = rest.pop("name")
        name = FUNCTIONS.canonical(name if name.endswith("_") else f"{name}_")
        bias = rest.pop("bias", None)
        return {"name": name, "bias": bias, "arguments": rest.pop("arguments", {}) | rest}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        FUNCTIONS.checked(self.name, self.arguments)
        if self.bias is not None and (self.bias.bias or self.bias.name not in FOR_BIASES):
            raise ValueError(f"bias is one of {', '.join(FOR_BIASES)}")
        return self
