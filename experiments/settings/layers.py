"""Layers in torch's own words, `"Conv2d(16, 3, padding=1)"`, read without torch.

A layer is written as a call of a class of `torch.nn` whose input size is left out. The text is read
as Python's syntax tree, literals only: nothing is called.
"""

import ast
from dataclasses import dataclass
from typing import Any, NoReturn

from experiments.settings.choice import COUNT, SHARE, SWITCH, Kind
from report.errors import did_you_mean, nearest

LONGEST = 200
"""Characters of a layer."""


@dataclass(frozen=True)
class Signature:
    """How a class is called here.

    Attributes:
        size: its argument that is left out, because it follows from the input.
        first: arguments that may stand without their names, in torch's order.
        named: the others.
        needed: how many of `first` have no default.
    """

    size: str | None = None
    first: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    needed: int = 0


_CONVOLUTION = Signature(
    "in_channels",
    ("out_channels", "kernel_size"),
    ("stride", "padding", "dilation", "groups", "bias", "padding_mode"),
    2,
)
_BATCH_NORM = Signature(
    "num_features", (), ("eps", "momentum", "affine", "track_running_stats", "bias")
)
_POOL = ("kernel_size", "stride", "padding")

KNOWN: dict[str, Signature] = {
    "Linear": Signature("in_features", ("out_features",), ("bias",), 1),
    **dict.fromkeys(("Conv1d", "Conv2d", "Conv3d"), _CONVOLUTION),
    **dict.fromkeys(("BatchNorm1d", "BatchNorm2d", "BatchNorm3d"), _BATCH_NORM),
    **dict.fromkeys(("InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"), _BATCH_NORM),
    "LayerNorm": Signature("normalized_shape", (), ("eps", "elementwise_affine", "bias")),
    "GroupNorm": Signature("num_channels", ("num_groups",), ("eps", "affine", "bias"), 1),
    "Flatten": Signature(None, ("start_dim", "end_dim")),
    **dict.fromkeys(
        ("MaxPool1d", "MaxPool2d", "MaxPool3d"),
        Signature(None, _POOL, ("dilation", "return_indices", "ceil_mode"), 1),
    ),
    "AvgPool1d": Signature(None, _POOL, ("ceil_mode", "count_include_pad"), 1),
    **dict.fromkeys(
        ("AvgPool2d", "AvgPool3d"),
        Signature(None, _POOL, ("ceil_mode", "count_include_pad", "divisor_override"), 1),
    ),
    **{
        f"Adaptive{kind}Pool{n}d": Signature(
            None, ("output_size",), ("return_indices",) if kind == "Max" else (), 1
        )
        for kind in ("Avg", "Max")
        for n in (1, 2, 3)
    },
    **dict.fromkeys(("Tanh", "Sigmoid", "Softsign", "Tanhshrink", "LogSigmoid"), Signature()),
    "Identity": Signature(),
    **dict.fromkeys(
        ("ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Hardswish", "Hardsigmoid"),
        Signature(None, ("inplace",)),
    ),
    "LeakyReLU": Signature(None, ("negative_slope", "inplace")),
    **dict.fromkeys(("ELU", "CELU"), Signature(None, ("alpha", "inplace"))),
    "GELU": Signature(None, ("approximate",)),
    "RReLU": Signature(None, ("lower", "upper", "inplace")),
    "PReLU": Signature(None, ("num_parameters", "init")),
    "Softplus": Signature(None, ("beta", "threshold")),
    "Hardtanh": Signature(None, ("min_val", "max_val", "inplace")),
    **dict.fromkeys(("Softshrink", "Hardshrink"), Signature(None, ("lambd",))),
    "Threshold": Signature(None, ("threshold", "value", "inplace"), (), 2),
    **dict.fromkeys(("Softmax", "LogSoftmax", "Softmin"), Signature(None, ("dim",))),
    **dict.fromkeys(
        ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"),
        Signature(None, ("p", "inplace")),
    ),
}
"""Classes whose output size and parameters are known in closed form (`settings.sizes`)."""

_ODD = """
    AdaptiveLogSoftmaxWithLoss Bilinear ChannelShuffle CircularPad1d CircularPad2d CircularPad3d
    ConstantPad1d ConstantPad2d ConstantPad3d CosineSimilarity CrossMapLRN2d Embedding EmbeddingBag
    Fold FractionalMaxPool2d FractionalMaxPool3d GLU GRU GRUCell LPPool1d LPPool2d LPPool3d LSTM
    LSTMCell LocalResponseNorm MaxUnpool1d MaxUnpool2d MaxUnpool3d MultiheadAttention
    PairwiseDistance PixelShuffle PixelUnshuffle RMSNorm RNN RNNCell ReflectionPad1d ReflectionPad2d
    ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d Softmax2d SyncBatchNorm
    Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder
    TransformerEncoderLayer Unflatten Unfold Upsample UpsamplingBilinear2d UpsamplingNearest2d
    ZeroPad1d ZeroPad2d ZeroPad3d
"""
OTHERS: dict[str, Signature | None] = {
    **dict.fromkeys(
        ("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"),
        Signature(
            "in_channels",
            ("out_channels", "kernel_size"),
            (*_CONVOLUTION.named, "output_padding"),
            2,
        ),
    ),
    **dict.fromkeys(_ODD.split()),
}
"""Other classes of torch.nn, built to see what they do; None: called as torch calls them."""

_NAMES = {name.lower(): name for name in (*KNOWN, *OTHERS)}


class LayerError(ValueError):
    """The text is no layer; the message says what to write."""


@dataclass(frozen=True)
class Layer:
    """A class of `torch.nn` with its arguments by name, and those of classes not known in order."""

    name: str
    given: tuple[tuple[str, Any], ...] = ()
    positional: tuple[Any, ...] = ()

    def __str__(self) -> str:
        """As a suite writes it: one spelling for each layer."""
        signature = KNOWN.get(self.name) or OTHERS[self.name] or Signature()
        given = dict(self.given)
        parts = [repr(value) for value in self.positional]
        for name in signature.first:
            if name not in given:
                break
            parts.append(repr(given.pop(name)))
        parts += [f"{name}={value!r}" for name, value in sorted(given.items())]
        return f"{self.name}({', '.join(parts)})"

    @property
    def known(self) -> bool:
        """Whether output size and parameters have a closed form."""
        return self.name in KNOWN

    def get(self, name: str, default: Any) -> Any:
        """An argument, or torch's default."""
        return dict(self.given).get(name, default)


def read_layer(text: str) -> Layer:
    """Read one layer; raises LayerError. A bare name stands for a call without arguments."""
    if len(text) > LONGEST:
        raise LayerError(f"a layer has at most {LONGEST} characters")
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise LayerError(f'"{text}" does not read like a layer, such as "Linear(64)"') from None
    match node:
        case ast.Name(id=name):
            positional = ()
            named: list[ast.keyword] = []
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            named = keywords
            positional = tuple(_literal(text, argument) for argument in args)
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Attribute(attr=name):
            raise LayerError(f'"{text}": write the name alone, "{name}(...)"')
        case _:
            raise LayerError(f'"{text}" does not read like a layer, such as "Linear(64)"')
    if name.lower() not in _NAMES:
        near = nearest(name, tuple(_NAMES.values()))
        hint = f'; did you mean "{near}"?' if near else ""
        raise LayerError(
            f'"{text}": "{name}" is no layer of torch.nn that can stand in a list{hint}'
        )
    given: dict[str, Any] = {}
    for keyword in named:
        if keyword.arg is None or keyword.arg in given:
            raise LayerError(f'"{text}": each argument is given once, by its name')
        given[keyword.arg] = _literal(text, keyword.value)
    return _checked(text, _NAMES[name.lower()], positional, given)


def _literal(text: str, node: ast.expr) -> Any:
    """A number, text, truth value, None, or a tuple of them."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        value = ...
    if isinstance(value, list):
        value = tuple(value)
    parts = value if isinstance(value, tuple) else (value,)
    if not all(part is None or isinstance(part, (bool, int, float, str)) for part in parts):
        raise LayerError(f'"{text}": an argument is a number, text, True, False, None or a tuple')
    if any(isinstance(p, (int, float)) and abs(p) > 1e9 for p in parts):
        raise LayerError(f'"{text}": a number is too large')
    return value


def _checked(text: str, name: str, positional: tuple[Any, ...], given: dict[str, Any]) -> Layer:
    signature = KNOWN.get(name) or OTHERS[name]
    if signature is None:
        return Layer(name, tuple(sorted(given.items())), positional)
    if len(positional) > len(signature.first) or given.keys() & set(
        signature.first[: len(positional)]
    ):
        _two_readings(text, name, signature, positional, given)
    arguments = dict(zip(signature.first, positional, strict=False)) | given
    if not isinstance(arguments.get("bias", True), bool):
        _two_readings(text, name, signature, positional, given)
    known = (*signature.first, *signature.named, *((signature.size,) if signature.size else ()))
    for argument in arguments:
        if argument not in known:
            hint = did_you_mean(argument, known)
            raise LayerError(f'"{text}": {name} has no argument "{argument}"{hint}')
    missing = [a for a in signature.first[: signature.needed] if a not in arguments]
    if missing:
        raise LayerError(f'"{text}": {name} needs {" and ".join(missing)}')
    for argument, value in arguments.items():
        if argument in _KINDS and not _KINDS[argument].holds(value):
            raise LayerError(f'"{text}": {argument} must be {_KINDS[argument].words}')
    return Layer(name, tuple(sorted(arguments.items())))


def _two_readings(
    text: str, name: str, signature: Signature, positional: tuple[Any, ...], given: dict[str, Any]
) -> NoReturn:
    """A line of torch code holds the input size, which has no place here."""
    if signature.size is None:
        most = len(signature.first)
        raise LayerError(
            f'"{text}": {name} takes at most {most} arguments without their names, '
            f"{', '.join(signature.first) or 'none'}; give each once, the others by name"
        )
    full = (signature.size, *signature.first, *signature.named)
    if name == "GroupNorm":
        full = ("num_groups", "num_channels", *signature.named)
    read = dict(zip(full, positional, strict=False))
    named = ", ".join(f"{argument}={value!r}" for argument, value in read.items())
    size = read.get(signature.size, "size")
    rest = {a: v for a, v in read.items() if a != signature.size} | given
    if not isinstance(rest.get("bias", True), bool):
        rest.pop("bias")
    parts = [repr(rest.pop(a)) if a in rest else "..." for a in signature.first]
    parts += [f"{argument}={value!r}" for argument, value in rest.items()]
    raise LayerError(
        f'"{text}": in torch\'s full form this reads {named or signature.size}; here the input '
        f"size is left out, and without names stand {', '.join(signature.first) or 'none'}: "
        f'leave the {size} out and write "{name}({", ".join(parts)})", or give every argument '
        "its name"
    )


def _sides(value: Any) -> bool:
    return all(map(COUNT.holds, value if isinstance(value, tuple) else (value,)))


_KINDS: dict[str, Kind] = {
    **dict.fromkeys(
        ("out_features", "out_channels", "num_groups", "num_parameters", "groups"),
        Kind("a whole number from 1 to 1000000", lambda v: COUNT.holds(v) and v <= 1_000_000),
    ),
    **dict.fromkeys(("kernel_size", "dilation"), Kind("a whole number, at least 1", _sides)),
    "stride": Kind("a whole number, at least 1", lambda v: v is None or _sides(v)),
    "p": Kind("a probability, from 0 to 1", SHARE.holds),
    **dict.fromkeys(
        ("bias", "affine", "inplace", "ceil_mode"), Kind("True or False", SWITCH.holds)
    ),
    "return_indices": Kind("left out: a layer gives one tensor", lambda v: not v),
}
"""Arguments that are refused before torch meets them."""
