"""What pydantic finds wrong, in the words of a suite's author."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from report.errors import nearest

KINDS: dict[str, str] = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
BOUNDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than_equal": lambda c: f"at least {c['ge']}",
    "greater_than": lambda c: f"above {c['gt']}",
    "less_than_equal": lambda c: f"at most {c['le']}",
    "less_than": lambda c: f"below {c['lt']}",
}
LENGTHS: dict[str, str] = {
    "too_short": "needs at least {min_length} of its kind",
    "too_long": "takes at most {max_length} of its kind",
    "string_too_short": "needs a text",
    "string_too_long": "takes at most {max_length} characters",
}
MEANT: Mapping[str, str | None] = {
    "batch_norm": "layers",
    "bce": "BCEWithLogitsLoss",
    "beta1": "betas",
    "bias": "layers",
    "bs": "batch_size",
    "categorical_crossentropy": "cross_entropy",
    "ce": "cross_entropy",
    "clip_grad_norm": "clip",
    "clip_value": "value",
    "criterion": "loss",
    "dense": "Linear",
    "dir": "folder",
    "dropout": "layers",
    "early_stopping": "stop",
    "elu": None,
    "emnist": None,
    "epsilon": "eps",
    "every": "record_every",
    "expression": "formula",
    "filters": "channels",
    "glorot_normal": "xavier_normal_",
    "glorot_uniform": "xavier_uniform_",
    "grad_clip": "clip",
    "he_normal": "kaiming_normal_",
    "he_uniform": "kaiming_uniform_",
    "hidden_layers": "hidden",
    "init": "initialization",
    "iterations": "steps",
    "l1": "L1Loss",
    "l2": "weight_decay",
    "linear": "identity",
    "ln": "log",
    "log_softmax": "logits",
    "lr": "learning_rate",
    "lrelu": "leaky_relu",
    "mae": "L1Loss",
    "max_norm": "norm",
    "min_delta": "min_change",
    "mseloss": "mse",
    "nll": "NLLLoss",
    "none": "identity",
    "normalize": "scaling",
    "notmnist": None,
    "path": "folder",
    "qmnist": None,
    "range": "domain",
    "rmse": None,
    "root": "folder",
    "seed": "seeds",
    "selu": None,
    "sparse_categorical_crossentropy": "cross_entropy",
    "swish": "silu",
    "t": "x",
    "units": "hidden",
    "val": "validation",
}
"""Names by what other programs and papers call them; None: what is spelled alike is another."""
PHRASES: Mapping[str, str] = {
    r"\.(csv|txt)$": 'write a file as { file = "points.csv" }',
    r"\b(if|where|heaviside)\b": "write cases as Piecewise((a, x < 0), (b, True))",
    r"\b(np|numpy|math|torch)\.": "write functions alone, as sin(x)",
    r"lambda|[^<>=!]=[^=]": "write only what stands behind the = or :",
    r"\|": "write abs(x)",
    r"²|³": "write x^2",
    "π": "write pi",
    r"\bcot\(": "write 1/tan(x)",
    r"\blog(2|10)\(": "write log(x)/log(10)",
    r"\bmod\(|%": "write u - v*floor(u/v)",
    r"\bpow\(": "write u^v",
    r"\brelu\(": "write max(x, 0)",
    r"\bround\(": "write floor(x + 1/2)",
}
"""What to write instead of what a formula does not have."""
BARE: Mapping[str, str] = {
    "Clip": "a number or a table",
    "FunctionSettings": "a text in quotes or a table",
    "ImageDataSettings": "a text in quotes or a table",
    "Initialization": "a text in quotes or a table",
    "Schedule": "a text in quotes or a table",
}
"""Settings of which one value may stand for a table."""
_WORD = re.compile(r'(?:"([^"]*)"|argument (\w+))[^"]*$')
"""The unknown word of a message: what it names last, in quotes or as an argument."""
_HINT = re.compile(r"; (?:known: ([^;(]+)|did you mean \"[^\"]+\"\?)$")
"""What `report.errors.did_you_mean` ends a message with: the known names, or one of them."""
SHOWN = 60
"""Characters of a value that a message shows."""


def expectation(details: ErrorDetails) -> str | None:
    """What a value of the wrong kind should have been: it completes "must be …"."""
    if details["type"] == "literal_error":
        words = _words(details)
        return words[0] if len(words) == 1 else f"one of {', '.join(words)}"
    kind = BARE.get(str(details.get("ctx", {}).get("class_name"))) or KINDS.get(details["type"])
    given = details.get("input")
    if kind == "a list" and isinstance(given, (str, int, float)):
        return f"a list, [{toml(given)}]"
    return kind


def wrong(details: ErrorDetails) -> str:
    """Cause and remedy of a fault, without its key."""
    kind, context = details["type"], details.get("ctx", {})
    if kind == "missing":
        return "is required and missing"
    expected = expectation(details) or (BOUNDS[kind](context) if kind in BOUNDS else None)
    if expected is not None:
        return f"must be {expected}{given_words(details)}{_near(details)}"
    if kind in LENGTHS:
        return LENGTHS[kind].format(**context) + given_words(details)
    message = details["msg"]
    if kind == "value_error":
        message = _hinted(message.removeprefix("Value error, "), details.get("input"))
        return message if "(given" in message else message + given_words(details)
    return message[0].lower() + message[1:] + given_words(details)


def meant(word: str, known: Sequence[str]) -> str | None:
    """The known word that was meant, by whatever name; `nn.ReLU()` is read as ReLU."""
    bare = re.sub(r"\(.*\)$", "", word, flags=re.DOTALL).rpartition(".")[2]
    given = bare.casefold()
    return (
        MEANT[given] if given in MEANT and MEANT[given] in (None, *known) else nearest(bare, known)
    )


def _hinted(message: str, given: object) -> str:
    """The message with a suggestion for the word in it of which it lists the known ones."""
    text, column, _ = message.partition('", column ')
    for phrase, advice in PHRASES.items() if column else ():
        if re.search(phrase, text):
            return f"{message.partition('; ')[0]}; {advice}"
    hint = _HINT.search(message)
    data = re.match(r'no data set is called "(\w+)"', message)
    if data and MEANT.get(data[1].casefold(), data) is None:
        return re.sub(r'did you mean "[^"]+"\?', "homework list data says which are", message)
    if hint is None:
        layer = re.search(r'"(\w+)" is no layer', message)
        near = MEANT.get(layer[1].casefold()) if layer else None
        return f'{message}; did you mean "{near}"?' if near else message
    before, word = message[: hint.start()], _WORD.search(message[: hint.start()])
    named = given.get("name") if isinstance(given, Mapping) else given
    unknown = str(next(filter(None, word.groups()), "")) if word else str(named)
    if hint[1]:
        near = meant(unknown, hint[1].split(", "))
    elif unknown.casefold() in MEANT:
        near = MEANT[unknown.casefold()]
        message = message if near else before
    else:
        return message
    return f'{before}; did you mean "{near}"?' if near else message


def given_words(details: ErrorDetails) -> str:
    """` (given: 3)`; nothing for a table, which its key shows better."""
    given = details.get("input")
    if isinstance(given, (Mapping, BaseModel)) or given is None:
        return ""
    shown = toml(given)
    return f" (given: {shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + '…'})"


def toml(value: object) -> str:
    """A value as a suite writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    return str(value)


def misplaced(word: str, owner: type[BaseModel] | None, model: type[BaseModel]) -> str | None:
    """Where an unknown key belongs: by another name in its table, or in another table."""
    key = MEANT.get(word.casefold()) or word
    for start in (owner, model):
        if start is None:
            continue
        places = [place for place in _tables(start) if place.rpartition(".")[2] == key]
        nearest_level = min((place.count(".") for place in places), default=0)
        places = [place for place in places if place.count(".") == nearest_level]
        if len(places) > 1:
            return None  # where several have such a key, none of them is it
        if places:
            table = places[0].rpartition(".")[0]
            if table and owner is not model and start is owner and key == word:
                return f'; it belongs in "{table}" of this table: {table} = {{ {word} = … }}'
            within = "" if start is owner else " of the task"
            if key != word:
                return (
                    f'; did you mean "{key}"' + (f' in "{table}"' if table else "") + f"{within}?"
                )
            return f'; it belongs in "{table}"{within}' if table else None
    return None


def _words(details: ErrorDetails) -> list[str]:
    expected = str(details.get("ctx", {}).get("expected", ""))
    return [f'"{word.strip()[1:-1]}"' for word in expected.replace(" or ", ", ").split(",") if word]


def _near(details: ErrorDetails) -> str:
    if details["type"] != "literal_error":
        return ""
    near = meant(str(details.get("input")), [word[1:-1] for word in _words(details)])
    return f'; did you mean "{near}"?' if near else ""


def _tables(model: type[BaseModel], key: str = "", depth: int = 3) -> Iterator[str]:
    """The dotted keys of a settings class and of the tables in it."""
    for name, known in model.model_fields.items():
        place = f"{key}.{name}" if key else name
        yield place
        for inner in classes(known.annotation):
            if depth > 1:
                yield from _tables(inner, place, depth - 1)


def classes(annotation: object) -> Iterator[type[BaseModel]]:
    """The settings classes within an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from classes(inner)
