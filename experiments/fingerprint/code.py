"""Digests of what definitions do, everything that they use included.

The digest of a definition is made of its statements (`experiments.fingerprint.syntax`) and the
digests of what their references stand for; definitions that use one another in a circle are
digested together. No name of a definition or a module enters: renaming, moving and splitting
change nothing. Too much may count, too little never:

- What acts at import counts for what it changes (`TABLE["k"] = f`, `@register`) or, where it names
  nothing of ours, for every definition of the module and of those that import it.
- Where a module is used as a value (`getattr(module, name)`, `globals()`), all of it counts; where
  a module is imported by a name that is not written out, all modules count that it can be. Modules
  of tasks are the exception: they are looked up by the task's name, whose key has its own code.
- A name of another library counts as such, not its version.

What counts of the report: whatever the experiments use, with two exceptions in `report.records`.
Reading, writing and checking records (`STORAGE`) does not count, since no number depends on it;
neither does this package. A class that holds nothing but annotated columns counts by their names,
types and defaults: constraints, checks, units and docstrings can change under records that exist.
"""

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from experiments.fingerprint.nodes import PACKAGES, foreign
from experiments.fingerprint.syntax import Module, read_module
from experiments.fingerprint.writer import EVERYTHING, HERE, Statement
from report.records import kept

COLUMNS = "report.records"
STORAGE = tuple(
    f"report.records.{name}"
    for name in ("files", "folders", "options", "owner", "paths", "row", "store")
)
"""What reads, writes and checks records, and says where they lie."""
NOT_COUNTED = (*STORAGE, "experiments.fingerprint")
TASKS = "experiments.tasks"


_MODULE = TypeAdapter(Module)


class Key(NamedTuple):
    """A definition, or something else of a module: see `EFFECTS`, `WHOLE`, `IMPORT`."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


EFFECTS, WHOLE, IMPORT, BELOW = "(at import)", "*", "(imported)", "(below)"


class Target(NamedTuple):
    """What a reference stands for: something of ours, or nothing, and the attributes behind it."""

    key: Key | None
    rest: str


class Node(NamedTuple):
    """What a digest is made of.

    `text` is the node's own; `uses` are in order, the keys `beside` in none.
    """

    text: str
    uses: tuple[Key, ...]
    beside: tuple[Key, ...] = ()


class Code:
    """The code below `root`: modules of the packages `experiments` and `report`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._digests: dict[Key, str] = {}

    def digest(self, definition: str) -> str:
        """Digest of what e.g. `experiments.engine.train.train` does; raises KeyError."""
        key = self._key(definition)
        if key not in self._digests:
            self._digest_from(key)
        return self._digests[key]

    def sources(self, definitions: Iterable[str]) -> dict[str, str]:
        """Every definition that these use, themselves too, with the digest of its own text.

        They say what has changed where a digest differs.
        """
        keys = [self._key(definition) for definition in definitions]
        return {
            str(key): _hash(self._node(key).text)[:16]
            for key in sorted(self._reached(keys))
            if self._own(key)
        }

    def _own(self, key: Key) -> bool:
        """Whether a key has a text of its own that counts."""
        return key.name not in (IMPORT, BELOW) and not _within_any(key.module, NOT_COUNTED)

    def _key(self, definition: str) -> Key:
        module, _, name = definition.rpartition(".")
        key = self._walk(module, [name], frozenset()).key
        if key is None or key.name == WHOLE:
            raise KeyError(definition)
        return key

    # Modules

    @cache  # noqa: B019 - as long as the code itself
    def _module(self, name: str) -> Module | None:
        """A module of ours, or None."""
        if foreign(name):
            return None
        place = self._root.joinpath(*name.split("."))
        for path, package in (
            (place.with_suffix(".py"), name.rpartition(".")[0]),
            (place / "__init__.py", name),
        ):
            if path.is_file():
                source = path.read_text(encoding="utf-8")
                return _read(source, package, _within(name, COLUMNS))
        return None

    def _known(self, name: str) -> Module:
        module = self._module(name)
        assert module is not None
        return module

    @cached_property
    def _all(self) -> tuple[str, ...]:
        """Every module of the experiments, and what they import at their top."""
        paths = (self._root / PACKAGES[0]).rglob("*.py")
        names = (_module_name(path.relative_to(self._root)) for path in paths)
        return self._run_by(name for name in names if not name.endswith("__main__"))

    @cache  # noqa: B019
    def _imported_by(self, name: str) -> tuple[str, ...]:
        """Modules that run when a module is imported, itself and its packages too."""
        return self._run_by([name])

    def _run_by(self, names: Iterable[str]) -> tuple[str, ...]:
        """Modules of ours among these and those that they import, sorted."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            module = None if name in found else self._module(name)
            if module is not None:
                found.add(name)
                waiting += [*module.imported, name.rpartition(".")[0]]
        return tuple(sorted(found))

    @cache  # noqa: B019
    def _statements(self, name: str) -> dict[str, list[Statement]]:
        """Statements of a module by the name that they define or change, in order."""
        statements = self._known(name).statements
        bound = {bound for statement in statements for bound in statement.binds}
        found: dict[str, list[Statement]] = {}
        for statement in statements:
            for name in dict.fromkeys((*statement.binds, *_roots(statement.changes))):
                if name in bound:
                    found.setdefault(name, []).append(statement)
        return found

    @cache  # noqa: B019
    def _effects(self, name: str) -> tuple[Statement, ...]:
        """Statements that act at import on what they do not define, in order."""
        own = self._statements(name).keys()
        return tuple(
            statement
            for statement in self._known(name).statements
            if statement.effect or not own >= set(_roots(statement.changes))
        )

    # Names

    def _resolve(self, module: str, reference: str) -> Target:
        if reference == HERE:
            return Target(Key(module, WHOLE), "")
        if reference.startswith(EVERYTHING):
            package = reference[len(EVERYTHING) :]
            return Target(None, "") if package == TASKS else Target(Key(package, BELOW), "")
        if reference.startswith("!"):
            name = reference[1:]
            key = Key(name, IMPORT) if self._module(name) else None
            return Target(key, name if foreign(name) else "")
        if reference.startswith("="):
            name, _, chain = reference[1:].partition("=")
            return self._walk(name, [part for part in chain.split(".") if part], frozenset())
        return self._walk(module, reference.split("."), frozenset())

    def _walk(self, name: str, chain: list[str], seen: frozenset[tuple[str, str]]) -> Target:
        """What attribute after attribute of a module leads to."""
        module = self._module(name)
        if module is None:
            return Target(None, ".".join([name, *chain]))
        if not chain:
            return Target(Key(name, WHOLE), "")
        first, *rest = chain
        if first in self._statements(name):
            return Target(Key(name, first), ".".join(rest))
        if first in module.imports and (name, first) not in seen:
            source, attribute = module.imports[first]
            inner = [attribute, *rest] if attribute else rest
            if source == name and attribute == first:  # from package import module, in the package
                return self._walk(f"{name}.{first}", rest, seen)
            return self._walk(source, inner, seen | {(name, first)})
        if self._module(f"{name}.{first}") is not None:
            return self._walk(f"{name}.{first}", rest, seen)
        return Target(Key(name, WHOLE), ".".join(chain))

    # Nodes

    @cache  # noqa: B019
    def _node(self, key: Key) -> Node:
        if key.name == BELOW:
            below = [n for n in self._all if not key.module or _within(n, key.module)]
            return Node("below", (), tuple(Key(name, WHOLE) for name in below))
        if key.name == IMPORT:
            return Node("import", (), self._effects_of(key.module))
        if _within_any(key.module, NOT_COUNTED):
            return Node("not counted", ())
        if key.name == WHOLE:
            return self._whole(key.module)
        if key.name == EFFECTS:
            return self._written(key.module, "effects", self._effects(key.module))
        statements = self._statements(key.module)[key.name]
        places = [s.binds.index(key.name) if key.name in s.binds else -1 for s in statements]
        return self._written(key.module, str(places), statements, self._beside(key.module))

    def _written(
        self, module: str, text: str, statements: Iterable[Statement], beside: tuple[Key, ...] = ()
    ) -> Node:
        uses: list[Key] = []
        texts = [text]
        for statement in statements:
            texts.append(statement.shape)
            for reference in statement.references:
                key, rest = self._resolve(module, reference)
                texts.append(f"{'' if key is None else '§'}{rest}")
                if key is not None:
                    uses.append(key)
        return Node("\n".join(texts), tuple(uses), beside)

    def _whole(self, name: str) -> Node:
        """All of a module, by its names: what is wanted of it is not known."""
        uses = {bound: Key(name, bound) for bound in self._statements(name)}
        texts = dict.fromkeys(uses, "")
        for bound in self._known(name).imports:
            key, rest = self._walk(name, [bound], frozenset())
            texts.setdefault(bound, rest)
            if key is not None and bound not in uses and key != Key(name, WHOLE):
                uses[bound] = key
        text = " ".join(f"{bound}={texts[bound]}" for bound in sorted(texts))
        used = tuple(uses[bound] for bound in sorted(uses))
        return Node(f"whole {text}", used, self._beside(name))

    def _beside(self, module: str) -> tuple[Key, ...]:
        """What acts when the module is imported, and modules of which it takes all names."""
        stars = [Key(star, WHOLE) for star in self._known(module).stars if self._module(star)]
        return (*self._effects_of(module), *stars)

    def _effects_of(self, module: str) -> tuple[Key, ...]:
        return tuple(
            Key(name, EFFECTS) for name in self._imported_by(module) if self._effects(name)
        )

    # What is changed at import

    @cached_property
    def _changes(self) -> dict[Key, tuple[tuple[Key, ...], ...]]:
        """What changes a definition from afar: calls at import that reach it, module by module."""
        found: dict[Key, dict[str, dict[Key, None]]] = {}
        for name in self._all:
            for statement in self._known(name).statements:
                own = self._keys(name, statement)
                for key in self._reached(self._acting(name, statement, own), plain=True):
                    if key not in own and any(inner.state for inner in self._of(key)):
                        found.setdefault(key, {}).setdefault(name, {})[own[0]] = None
        return {key: tuple(tuple(keys) for keys in by.values()) for key, by in found.items()}

    def _keys(self, module: str, statement: Statement) -> list[Key]:
        """The definitions to which a statement belongs."""
        known = self._statements(module)
        names = (*statement.binds, *_roots(statement.changes))
        return [Key(module, name) for name in names if name in known] or [Key(module, EFFECTS)]

    def _acting(self, module: str, statement: Statement, own: list[Key]) -> list[Key]:
        """Definitions of ours that a statement runs or changes while its module is imported."""

        def targets(references: Iterable[str]) -> list[Key]:
            keys = (self._resolve(module, reference).key for reference in references)
            return [key for key in keys if key is not None]

        acting = targets((*statement.runs, *statement.changes))
        keepers = [*targets(statement.decorated), *targets(statement.bases)]
        if targets(statement.decorated) or any(
            inner.hooks for key in self._reached(keepers, plain=True) for inner in self._of(key)
        ):
            acting += [*keepers, *own]
        return acting

    def _of(self, key: Key) -> list[Statement]:
        if self._module(key.module) is None or _within_any(key.module, NOT_COUNTED):
            return []
        return self._statements(key.module).get(key.name, [])

    # Digests

    def _links(self, key: Key, plain: bool = False) -> Iterator[Key]:
        node = self._node(key)
        yield from node.uses
        yield from node.beside
        if not plain:
            for group in self._changes.get(key, ()):
                yield from group

    def _reached(self, keys: Iterable[Key], plain: bool = False) -> set[Key]:
        found: set[Key] = set()
        waiting = list(keys)
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += self._links(key, plain)
        return found

    def _digest_from(self, start: Key) -> None:
        """Digests of all that `start` uses, circle by circle (Tarjan's algorithm, no recursion)."""
        number: dict[Key, int] = {}
        lowest: dict[Key, int] = {}
        path: list[Key] = []
        waiting = [(start, iter(self._links(start)))]
        number[start] = lowest[start] = 0
        path.append(start)
        on_path = {start}
        while waiting:
            key, links = waiting[-1]
            for link in links:
                if link in self._digests:
                    continue
                if link not in number:
                    number[link] = lowest[link] = len(number)
                    path.append(link)
                    on_path.add(link)
                    waiting.append((link, iter(self._links(link))))
                    break
                if link in on_path:
                    lowest[key] = min(lowest[key], number[link])
            else:
                waiting.pop()
                if waiting:
                    above = waiting[-1][0]
                    lowest[above] = min(lowest[above], lowest[key])
                if lowest[key] == number[key]:
                    circle = path[path.index(key) :]
                    del path[-len(circle) :]
                    on_path -= set(circle)
                    self._digest_circle(circle)

    def _digest_circle(self, circle: list[Key]) -> None:
        """Definitions that use one another: each by what all of them are, and its place in it.

        After as many rounds as there are definitions, two have equal labels only where nothing
        that they use, however far away, differs (color refinement).
        """
        labels = dict.fromkeys(circle, "")
        alone = len(circle) == 1 and circle[0] not in self._links(circle[0])
        for _ in range(1 if alone else len(circle) + 1):
            labels = {key: self._label(key, labels) for key in circle}
        whole = "" if alone else _hash(*sorted(labels.values()))
        for key, label in labels.items():
            self._digests[key] = label if alone else _hash(whole, label)

    def _label(self, key: Key, labels: dict[Key, str]) -> str:
        def of(used: Key) -> str:
            return labels[used] if used in labels else self._digests[used]

        node = self._node(key)
        changes = [_hash(*map(of, group)) for group in self._changes.get(key, ())]
        return _hash(
            node.text,
            *map(of, node.uses),
            "beside",
            *sorted(map(of, node.beside)),
            "changes",
            *sorted(changes),
        )


def _read(source: str, package: str, columns: bool) -> Module:
    """As `read_module`, or as it was read before by this Python and these modules."""
    name = kept.key(_reader(), package, str(columns), source)
    text = kept.read(name)
    if text is None:
        module = read_module(source, package, columns)
        kept.write(name, _MODULE.dump_json(module).decode())
        return module
    return _MODULE.validate_json(text)


@cache
def _reader() -> str:
    return kept.key(sys.version, *kept.contents(sorted(Path(__file__).parent.glob("*.py"))))


def _hash(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _roots(references: Iterable[str]) -> list[str]:
    """The names at which references begin."""
    return [reference.partition(".")[0] for reference in references]


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _within_any(name: str, packages: Iterable[str]) -> bool:
    return any(_within(name, package) for package in packages)


def _module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def digest_of(function: Callable[..., object]) -> str:
    """Digest of what a function of this program does."""
    return installed().digest(f"{function.__module__}.{function.__qualname__}")


@cache
def installed() -> Code:
    """The code of this program."""
    return Code(Path(__file__).resolve().parents[2])
