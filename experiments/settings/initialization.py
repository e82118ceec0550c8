"""How weights are drawn before training: functions of `torch.nn.init` by name, without torch."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, model_validator

from experiments.settings.strict import Settings, did_you_mean

FUNCTIONS: dict[str, tuple[str, ...]] = {
    "constant_": ("val",),
    "dirac_": ("groups",),
    "eye_": (),
    "kaiming_normal_": ("a", "mode", "nonlinearity"),
    "kaiming_uniform_": ("a", "mode", "nonlinearity"),
    "normal_": ("mean", "std"),
    "ones_": (),
    "orthogonal_": ("gain",),
    "sparse_": ("sparsity", "std"),
    "trunc_normal_": ("mean", "std", "a", "b"),
    "uniform_": ("a", "b"),
    "xavier_normal_": ("gain",),
    "xavier_uniform_": ("gain",),
    "zeros_": (),
}
"""Functions of torch.nn.init with their arguments behind the tensor."""
NEEDED = {"constant_": ("val",), "sparse_": ("sparsity",)}
WORDS = {
    "mode": ("fan_in", "fan_out"),
    "nonlinearity": (
        *("linear", "conv1d", "conv2d", "conv3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"),
    ),
}
"""Arguments that are words; all others are numbers."""

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

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, given: Any) -> Any:
        if isinstance(given, str):
            given = {"name": given}
        if not isinstance(given, Mapping) or not isinstance(given.get("name"), str):
            return given
        rest = dict(given)
        name = rest.pop("name").lower()
        name = name if name.endswith("_") else f"{name}_"
        if name not in FUNCTIONS:
            raise ValueError(
                f'torch.nn.init has no "{given["name"]}"{did_you_mean(name, tuple(FUNCTIONS))}'
            )
        bias = rest.pop("bias", None)
        return {"name": name, "bias": bias, "arguments": rest.pop("arguments", {}) | rest}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        known = FUNCTIONS[self.name]
        for argument, value in self.arguments.items():
            if argument not in known:
                hint = did_you_mean(argument, known) if known else "; it has none"
                raise ValueError(f'{self.name} has no argument "{argument}"{hint}')
            words = WORDS.get(argument)
            if words and value not in words:
                raise ValueError(f"{argument} is one of {', '.join(words)} (given: {value!r})")
            if not words and isinstance(value, (str, bool)):
                raise ValueError(f"{argument} is a number (given: {value!r})")
        for argument in NEEDED.get(self.name, ()):
            if argument not in self.arguments:
                raise ValueError(f'{self.name} needs "{argument}"')
        if self.bias is not None and (self.bias.bias or self.bias.name not in FOR_BIASES):
            raise ValueError(f"bias is one of {', '.join(FOR_BIASES)}")
        return self


FOR_BIASES = ("constant_", "normal_", "ones_", "trunc_normal_", "uniform_", "zeros_")
"""Functions that do not ask for two axes."""
