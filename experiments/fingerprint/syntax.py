"""One module's source as statements: normalized text in which names of other definitions are holes.

Docstrings, comments and positions are gone, and so are the names that a statement gives to what it
defines. Every global name, with the attributes behind it, is a reference: `train.history` in
`train.history[0]`. What it stands for is found later (`experiments.fingerprint.code`), so that a
statement's text does not depend on where its definitions lie.
"""

import ast
from dataclasses import dataclass, field

from experiments.fingerprint.nodes import COMPOUND, IMPORT, bound_names, is_text, read_import
from experiments.fingerprint.writer import Statement, Writer


@dataclass(frozen=True)
class Module:
    """The statements of a module in order, and what its imports bind.

    `imports` maps a name to a module and the name in it, "" for the module itself; `imported` are
    the modules that importing this one imports, `stars` those of which it takes all names.
    """

    statements: tuple[Statement, ...] = ()
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    imported: tuple[str, ...] = ()
    stars: tuple[str, ...] = ()


def read_module(source: str, package: str, columns: bool = False) -> Module:
    """A module of `package`, or the package itself; raises SyntaxError.

    With `columns`, a class that holds nothing but annotated columns counts by their names, types
    and constant defaults.
    """
    nodes = [node for node in ast.parse(source).body if not is_text(node)]
    imports: dict[str, tuple[str, str]] = {}
    imported: list[str] = []
    stars: list[str] = []
    rest: list[ast.stmt] = []
    for node in nodes:
        if _is_name_check(node, "TYPE_CHECKING"):
            assert isinstance(node, ast.If)
            for only_typed in node.body:
                imports |= read_import(only_typed, package)[0]
            rest += [n for n in (*node.body, *node.orelse) if not isinstance(n, IMPORT)]
        elif isinstance(node, IMPORT):
            bound, modules, all_of = read_import(node, package)
            imports |= bound
            imported += modules
            stars += all_of
        elif not _is_name_check(node, "__name__"):
            rest.append(node)
            for inner in ast.walk(node) if isinstance(node, COMPOUND) else ():
                imported += read_import(inner, package)[1]
    bound_by = [bound_names([node]) for node in rest]
    known = {name for names in bound_by for name in names} | imports.keys()
    statements = tuple(
        Writer(known, imports, package, columns).statement(node, sorted(names))
        for node, names in zip(rest, bound_by, strict=True)
    )
    return Module(statements, imports, tuple(dict.fromkeys(imported)), tuple(stars))


def _is_name_check(node: ast.stmt, name: str) -> bool:
    """`if TYPE_CHECKING:` or `if __name__ == ...:`."""
    if not isinstance(node, ast.If):
        return False
    test = node.test.left if isinstance(node.test, ast.Compare) else node.test
    last = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", None)
    return last == name and (name != "__name__" or not node.orelse)
