"""Sets of torchvision that a suite names and the catalog lacks, found before settings are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.data.by_torchvision import Decoded, Request
from experiments.data.torchvision_sets import SETS, class_name, options_of
from report.errors import UserError


@dataclass
class Sets:
    """Finds the sets of torchvision that a suite names, each once."""

    data_dir: Path
    download: bool
    _decoded: dict[Request, Decoded | None] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    @property
    def found(self) -> tuple[Decoded, ...]:
        """The sets that were named and could be had."""
        return tuple(decoded for decoded in self._decoded.values() if decoded)

    def resolved(self, table: Any, at: str) -> tuple[Any, list[str], bool]:
        """The table with each such set by its key, enrolled; what is wrong; whether all are had.

        MNIST stands for a set that cannot be had, so that the rest can be read; the cause is told
        once.
        """
        faults: list[str] = []
        lost: list[str] = []

        def walk(value: Any, at: str) -> Any:
            if isinstance(value, list):
                return [walk(part, f"{at}.{number}") for number, part in enumerate(value)]
            if not isinstance(value, dict):
                return value
            return {
                key: named(part, f"{at}.{key}") if key == "data" else walk(part, f"{at}.{key}")
                for key, part in value.items()
            }

        def named(given: Any, at: str) -> Any:
            table = {"name": given} if isinstance(given, str) else given
            if not isinstance(table, dict) or {"folder", "npz", "csv"} & table.keys():
                return given
            name = class_name(table.get("name"))
            if name is None:
                return given
            decoded, cause = self._had(name, table)
            if cause and cause not in self._told:
                faults.append(at + cause)
                self._told.add(cause)
            taken = [*(SETS[name].options if name in SETS else ())]
            if decoded is None:
                lost.append(at)
                taken += ["train_size", "test_size", "scaling", "resize"]
            rest = {key: value for key, value in table.items() if key not in taken}
            return rest | {"name": decoded.facts.key if decoded else "mnist"}

        return walk(table, at), faults, not lost

    def _had(self, name: str, table: Mapping[str, Any]) -> tuple[Decoded | None, str]:
        """The set, or nothing and why, as it goes behind the table's place."""
        try:
            request = Request(name, options_of(name, table), _side(table), self.data_dir)
        except ValueError as error:
            return None, f".{error}"
        if request not in self._decoded:
            self._decoded[request] = None
            try:
                decoded = request.decoded(self.download)
            except UserError as error:
                return None, f": {error}"
            decoded.enroll()
            self._decoded[request] = decoded
        return self._decoded[request], ""


def _side(table: Mapping[str, Any]) -> int | None:
    side = table.get("resize")
    if side is not None and (type(side) is not int or not 4 <= side <= 64):
        raise ValueError(f"resize: must be a whole number from 4 to 64 (given: {side})")
    return side
