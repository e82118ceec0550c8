"""Every fault of a settings table in one reading: its key, the cause, and what to do next.

Pydantic stops early: a fault of a field hides those of the table around it, and any fault hides
contradictions. So what is faulty is left out or replaced, and the rest is read again, only to find
more faults. What would depend on a replaced value is not told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from experiments.settings.fault_words import (
    classes,
    expectation,
    given_words,
    meant,
    misplaced,
    wrong,
)
from report.errors import did_you_mean, nearest

Key = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

STAND_INS: Mapping[str, Any] = {
    "loss": "mse",
    "seeds": (0,),
    "training": {"loss": "mse", "epochs": 1},
}
"""Values of required keys with which the rest can be read."""
ROUNDS = 20
"""At most so many readings of a table."""


@dataclass(frozen=True)
class Reading(Generic[Model]):
    """What came of a table.

    Attributes:
        settings: the settings, where there are no faults.
        faults: one text for each, `key: cause; remedy`.
        readable: settings with what is faulty left out or replaced, to look for contradictions in;
            None where too much is missing.
    """

    settings: Model | None
    faults: tuple[str, ...]
    readable: Model | None
    _replaced: tuple[Key, ...] = ()

    def depends(self, key: str) -> bool:
        """Whether what is said of a key may come from a replaced value."""
        return _depends(_read_key(key), self._replaced)


def read(
    model: type[Model], table: Any, at: str, context: Mapping[str, Any] | None = None
) -> Reading[Model]:
    """Validate a table, strictly, and find all its faults; `at` is the key of the table."""
    faults: list[str] = []
    repairs = _Repairs(table)
    for _ in range(ROUNDS):
        tried = repairs.table()
        try:
            settings = model.model_validate(tried, strict=True, context=context)
        except ValidationError as error:
            found = _gathered(error, model, tried)
        else:
            clean = not faults
            return Reading(
                settings if clean else None, tuple(faults), settings, tuple(repairs.replaced)
            )
        faults += [
            _placed((at, *fault.key), fault.text)
            for fault in found
            if not _depends(fault.key, list(repairs.replaced))
        ]
        if not all(repairs.repair(fault) for fault in found):
            break
    return Reading(None, tuple(dict.fromkeys(faults)), None, tuple(repairs.replaced))


@dataclass(frozen=True)
class _Fault:
    key: Key
    text: str
    bound: Any = None
    unknown: bool = False
    meant: str | None = None
    """The key that an unknown one was meant to be."""


def _gathered(error: ValidationError, model: type[BaseModel], table: Any) -> list[_Fault]:
    """One fault for each place; what the branches of a union say of one value is one fault."""
    branches: dict[tuple[Key, bool], list[tuple[Key, ErrorDetails]]] = {}
    for details in _sound(error.errors()):
        key, trunk = _cleaned(details, table)
        union = trunk is not None
        branches.setdefault((key if trunk is None else trunk, union), []).append((key, details))
    missing = {key for found in branches.values() for key, d in found if d["type"] == "missing"}
    faults: list[_Fault] = []
    for (_, union), found in branches.items():
        if union:  # of the branches, the one that the value was meant for
            deepest = max(len(key) for key, _ in found)
            found = [(k, d) for k, d in found if len(k) == deepest]
        telling = [(k, d) for k, d in found if expectation(d) is None]
        if union and not telling:
            expected = dict.fromkeys(str(expectation(d)) for _, d in found)
            key, details = found[0]
            text = f"must be {' or '.join(expected)}{given_words(details)}"
            faults.append(_Fault(key, text))
            continue
        faults += [_fault(k, d, model, missing) for k, d in (telling if union else found)]
    meant = {(*fault.key[:-1], fault.meant) for fault in faults if fault.meant}
    return [f for f in faults if not (f.key in missing and f.key in meant)]


def _sound(found: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without lists that are too short only because what is in them is faulty."""
    return [
        details
        for details in found
        if details["type"] != "too_short"
        or not any(len(d["loc"]) > len(details["loc"]) and d["loc"][: len(details["loc"])]
                   == details["loc"] for d in found)
    ]  # fmt: skip


def _fault(key: Key, details: ErrorDetails, model: type[BaseModel], missing: set[Key]) -> _Fault:
    if details["type"] != "extra_forbidden":
        bounds = details.get("ctx", {})
        bound = next(
            (
                bounds[name] + step
                for name, step in (("ge", 0), ("le", 0), ("gt", 0.5), ("lt", -0.5))
                if name in bounds
            ),
            None,
        )
        return _Fault(key, wrong(details), bound)
    owner, word = _owner(model, key[:-1]), str(key[-1])
    known = list(owner.model_fields) if owner else []
    absent = [str(k[-1]) for k in missing if k[:-1] == key[:-1]]
    near = nearest(word, absent) or meant(word, known)
    elsewhere = misplaced(word, owner, model) if near is None else None
    unlike = did_you_mean(word, known) if known else ""
    hint = f'; did you mean "{near}"?' if near else elsewhere or unlike
    return _Fault(key, f"unknown key{hint}", unknown=True, meant=near)


def _placed(key: Key, text: str) -> str:
    return f"{'.'.join(map(str, key))}: {text}" if key else text


def _read_key(key: str) -> Key:
    return tuple(int(part) if part.isdigit() else part for part in key.split("."))


def _cleaned(details: ErrorDetails, table: Any) -> tuple[Key, Key | None]:
    """The fault's key as the table has it, and the key of the union that it lies in, if any.

    Pydantic puts the names of a union's branches between the keys.
    """
    if table is None:
        return details["loc"], None
    key: list[str | int] = []
    trunk, here = None, table
    for number, part in enumerate(details["loc"]):
        last = number == len(details["loc"]) - 1
        if _holds(here, part):
            here = here[part]
        elif not (last and details["type"] == "missing" and isinstance(here, Mapping)):
            trunk = tuple(key) if trunk is None else trunk
            continue
        key.append(part)
    return tuple(key), trunk


def _holds(here: Any, part: str | int) -> bool:
    if isinstance(here, tuple):
        return isinstance(part, int) and part < len(here)
    return isinstance(here, Mapping) and part in here


def _owner(model: type[BaseModel], key: Key) -> type[BaseModel] | None:
    """The settings class at `key` below `model`, found through the fields' annotations."""
    for part in key:
        if isinstance(part, int):
            continue
        known = model.model_fields.get(part)
        found = next(classes(known.annotation), None) if known else None
        if found is None:
            return None
        model = found
    return model


def _depends(key: Key, replaced: Sequence[Key]) -> bool:
    """Whether `key` holds, lies in, or lies in the table of, something replaced."""
    for other in replaced:
        near = other[:-1] or other
        if key[: len(near)] == near or other[: len(key)] == key:
            return True
    return False


@dataclass
class _Repairs:
    """What is left out or replaced in a table, to read the rest."""

    given: Any
    removed: set[Key] = field(default_factory=set)
    replaced: dict[Key, int] = field(default_factory=dict)
    """Keys with how often they were tried: left out; then with a value; then their table."""
    values: dict[Key, Any] = field(default_factory=dict)

    def repair(self, fault: _Fault) -> bool:
        """Whether there is something left to try."""
        if fault.unknown:
            self.removed.add(fault.key)
            if fault.meant:
                self.replaced.setdefault((*fault.key[:-1], fault.meant), 0)
            return True
        held = [key for key in self.replaced if key[: len(fault.key)] == fault.key]
        return all(self._try(key, fault) for key in held or [fault.key])

    def _try(self, key: Key, fault: _Fault) -> bool:
        level = self.replaced.get(key, -1) + 1
        if fault.bound is not None:
            self.values.setdefault(key, fault.bound)
        value = self.values.get(key, STAND_INS.get(str(key[-1])) if key else None)
        if level == 1 and value is None:
            level = 2
        if level == 1:
            self.values[key] = value
        if level >= 2 or not key:
            if len(key) < 2:
                return False
            self.replaced.pop(key, None)
            return self._try(key[:-1], _Fault(key[:-1], ""))
        self.replaced[key] = level
        return True

    def table(self) -> Any:
        """The table as it is read next."""
        return self._copy(self.given, ())

    def _copy(self, value: Any, key: Key) -> Any:
        if isinstance(value, Mapping):
            kept = {
                name: self._copy(part, (*key, name))
                for name, part in value.items()
                if not self._left_out((*key, name))
            }
            filled = {
                str(k[-1]): self.values[k]
                for k, level in self.replaced.items()
                if level == 1 and k[:-1] == key
            }
            return kept | filled
        if isinstance(value, tuple):
            return tuple(
                self._copy(part, (*key, number))
                for number, part in enumerate(value)
                if not self._left_out((*key, number))
            )
        return value

    def _left_out(self, key: Key) -> bool:
        return key in self.removed or key in self.replaced
