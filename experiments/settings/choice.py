"""A class of PyTorch by its name and arguments, checked without PyTorch against a static table."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import model_serializer

from experiments.settings.strict import Settings, did_you_mean, frozen


@dataclass(frozen=True)
class Kind:
    """What an argument may be: `words` complete "must be …"."""

    words: str
    holds: Callable[[Any], bool]


def is_number(value: object) -> bool:
    """Whether the value is an int or a float; a bool is neither."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def list_of(kind: Kind, words: str, length: int | None = None) -> Kind:
    """A list whose elements are all of `kind`, of `length` where that is given."""

    def holds(value: object) -> bool:
        if not isinstance(value, (list, tuple)) or length not in (None, len(value)):
            return False
        return all(map(kind.holds, value))

    return Kind(words, holds)


def one_of(*words: str) -> Kind:
    """One of these words."""
    return Kind("one of " + ", ".join(f'"{word}"' for word in words), lambda v: v in words)


SWITCH = Kind("true or false", lambda v: isinstance(v, bool))
NUMBER = Kind("a number", is_number)
POSITIVE = Kind("a number above 0", lambda v: is_number(v) and v > 0)
AMOUNT = Kind("a number that is not negative", lambda v: is_number(v) and v >= 0)
SHARE = Kind("a number from 0 to 1", lambda v: is_number(v) and 0 <= v <= 1)
DECAY = Kind("a number from 0 to less than 1", lambda v: is_number(v) and 0 <= v < 1)
FACTOR = Kind("a number above 0 and at most 1", lambda v: is_number(v) and 0 < v <= 1)
SHRINKING = Kind("a number above 0 and less than 1", lambda v: is_number(v) and 0 < v < 1)
COUNT = Kind("a whole number, at least 1", lambda v: _whole(v) and v >= 1)
FROM_ZERO = Kind("a whole number, at least 0", lambda v: _whole(v) and v >= 0)
DECAYS = list_of(DECAY, "two numbers from 0 to less than 1", 2)
COUNTS = list_of(COUNT, "a list of whole numbers, each at least 1")


@dataclass(frozen=True)
class Table:
    """The names that a setting may have.

    Attributes:
        what: the setting, e.g. "optimizer".
        known: the arguments of each name, and what each of them may be.
        aliases: other names, by the name that they stand for.
        refused: names that exist and cannot be used here, and arguments likewise, with a reason
            and a remedy.
        required: arguments without a default, by name.
    """

    what: str
    known: Mapping[str, Mapping[str, Kind]]
    aliases: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def canonical(self, name: str) -> str:
        """The one spelling of a name, whatever its case; raises ValueError."""
        given = name.lower()
        for known in (*self.known, *self.aliases):
            if known.lower() == given:
                return self.aliases.get(known, known)
        for refused, reason in self.refused.items():
            if refused.lower() == given:
                raise ValueError(f"{refused} cannot be used: {reason}")
        raise ValueError(f"no {self.what} has this name{did_you_mean(name, list(self.known))}")

    def checked(self, name: str, arguments: Mapping[str, object]) -> dict[str, Any]:
        """The arguments of `name` (canonical), frozen; raises ValueError with all faults."""
        kinds = self.known[name]
        faults = [
            f"{name} needs {argument}"
            for argument in self.required.get(name, ())
            if argument not in arguments
        ]
        for argument, value in arguments.items():
            if argument in kinds:
                if not kinds[argument].holds(value):
                    faults.append(f"{argument} must be {kinds[argument].words} (given: {value!r})")
            elif argument in self.refused:
                faults.append(f"{argument} cannot be given: {self.refused[argument]}")
            elif kinds:
                faults.append(
                    f"{name} has no argument {argument}{did_you_mean(argument, list(kinds))}"
                )
            else:
                faults.append(f"{name} has no argument {argument}; it has none")
        if faults:
            raise ValueError("; ".join(faults))
        return {argument: frozen(value) for argument, value in sorted(arguments.items())}

    def chosen(self, given: object) -> object:
        """A bare canonical name, or a `Choice` where there are arguments; raises ValueError.

        Anything but a text, a table with a `name` or a `Choice` is returned for pydantic to refuse.
        """
        if isinstance(given, str):
            name = self.canonical(given)
            self.checked(name, {})
            return name
        if isinstance(given, Mapping):
            arguments = dict(given)
            name = arguments.pop("name", None)
            if not isinstance(name, str):
                raise ValueError(f'the {self.what} has no name; write {{ name = "…", … }}')
            name = self.canonical(name)
            values = self.checked(name, arguments)
            return Choice(name=name, arguments=tuple(values.items())) if values else name
        return given


class Choice(Settings):
    """A name with arguments; written `{ name = "SGD", momentum = 0.9 }`."""

    name: str
    arguments: tuple[tuple[str, Any], ...] = ()

    @model_serializer
    def _flat(self) -> dict[str, Any]:
        return {"name": self.name, **{name: _dumped(value) for name, value in self.arguments}}

    def __iter__(self) -> Iterator[tuple[str, Any]]:  # type: ignore[override]
        """Name and arguments, flat, as the suite writes them."""
        yield "name", self.name
        yield from self.arguments

    def __str__(self) -> str:
        """In words: `SGD (momentum 0.9, nesterov true)`."""
        shown = ", ".join(f"{name} {_shown(value)}" for name, value in self.arguments)
        return f"{self.name} ({shown})"


def _dumped(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_dumped(element) for element in value]
    return value.model_dump(mode="json") if isinstance(value, Settings) else value


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def parts(chosen: str | Choice) -> tuple[str, dict[str, Any]]:
    """Name and arguments of a bare name or a choice."""
    if isinstance(chosen, str):
        return chosen, {}
    return chosen.name, dict(chosen.arguments)
