"""Networks in words: their layers, and how the settings draw their weights."""

from collections.abc import Iterator
from typing import Any

from report.records import Model, Record
from report.words.markdown import Markdown, escape


def architecture(record: Record, model: Model) -> Markdown:
    """The layers, and where the suite says how: `1-10-1, ReLU; weights by xavier_normal_`."""
    drawn = next(_initializations(record.settings, model.name), None)
    return escape(model.architecture + (f"; weights by {_drawn(drawn)}" if drawn else ""))


def _initializations(settings: Any, name: str) -> Iterator[dict[str, Any]]:
    """How the weights of the networks of this name are drawn, from anywhere in the settings."""
    if isinstance(settings, dict):
        if settings.get("name") == name and settings.get("initialization"):
            yield settings["initialization"]
        settings = list(settings.values())
    for inner in settings if isinstance(settings, list) else ():
        yield from _initializations(inner, name)


def _drawn(by: dict[str, Any]) -> str:
    """`xavier_uniform_ (gain 2), biases by zeros_`."""
    given = [f"{key} {value:g}" if isinstance(value, (int, float)) else f"{key} {value}"
             for key, value in by["arguments"].items()]  # fmt: skip
    words = str(by["name"]) + (f" ({', '.join(given)})" if given else "")
    return words + (f", biases by {_drawn(by['bias'])}" if by.get("bias") else "")
