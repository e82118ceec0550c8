"""Parts of syntax trees: what binds names, what is imported, what is evaluated at import."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

PACKAGES = ("experiments", "report")
"""What is ours; other libraries count by their names."""
FIELDS_ONLY = ("field", "Field", "PrivateAttr", "ConfigDict")
"""Functions that describe columns; a class whose attributes are made by them holds no state."""

IMPORT = (ast.Import, ast.ImportFrom)
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSION = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
COMPOUND = (ast.If, ast.For, ast.While, ast.Try, ast.TryStar, ast.With, ast.Match)


def is_text(node: ast.AST) -> bool:
    """A docstring, or a string that documents an attribute."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def is_idle(node: ast.AST) -> bool:
    """A statement that does nothing."""
    return isinstance(node, ast.Pass) or is_text(node)


def foreign(module: str) -> bool:
    """Whether a module is of another library."""
    return module.partition(".")[0] not in PACKAGES


def defaults(node: ast.arguments) -> list[ast.expr]:
    """Defaults of parameters, which are evaluated where the function is defined."""
    return [*node.defaults, *filter(None, node.kw_defaults)]


def read_import(
    node: ast.AST, package: str
) -> tuple[dict[str, tuple[str, str]], list[str], list[str]]:
    """Names that an import binds, modules that it imports, modules of which it takes all names."""
    if isinstance(node, ast.Import):
        names = [(a.asname or a.name.partition(".")[0], a) for a in node.names]
        bound = {name: (a.name if a.asname else name, "") for name, a in names}
        return bound, [alias.name for alias in node.names], []
    if not isinstance(node, ast.ImportFrom):
        return {}, [], []
    module = node.module or ""
    if node.level:
        above = package.split(".")[: len(package.split(".")) - node.level + 1]
        module = ".".join([*above, *([module] if module else [])])
    if module == "__future__":
        return {}, [], []
    bound = {a.asname or a.name: (module, a.name) for a in node.names if a.name != "*"}
    modules = [module, *(f"{module}.{a.name}" for a in node.names if a.name != "*")]
    return bound, modules, [module for alias in node.names if alias.name == "*"]


def bound_names(nodes: Sequence[ast.AST]) -> set[str]:
    """Names that statements bind in their own scope."""
    return bindings_of(nodes).names


@dataclass
class _Bindings:
    """What a scope binds: names, its imports, names declared global, names of outer functions."""

    names: set[str] = field(default_factory=set)
    imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    outer: set[str] = field(default_factory=set)


def bindings_of(nodes: Sequence[ast.AST]) -> _Bindings:
    found = _Bindings()
    names = found.names
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                names.add(node.id)
            continue
        if isinstance(node, (*FUNCTION, ast.Lambda)):
            if not isinstance(node, ast.Lambda):
                names.add(node.name)
                waiting += node.decorator_list
            waiting += defaults(node.args)
        elif isinstance(node, ast.ClassDef):
            names.add(node.name)
            waiting += [*node.decorator_list, *node.bases, *node.keywords]
        elif isinstance(node, COMPREHENSION):
            # `:=` in a comprehension binds outside of it.
            names |= {
                inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr)
            }
        else:
            if isinstance(node, IMPORT):
                found.imports.append(node)
                bound = {alias.asname or alias.name.partition(".")[0] for alias in node.names}
                names |= bound - {"*"}
            elif isinstance(node, ast.Global):
                found.declared |= set(node.names)
            elif isinstance(node, ast.Nonlocal):
                found.outer |= set(node.names)
            elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
                names |= {node.name} if node.name else set()
            elif isinstance(node, ast.MatchMapping):
                names |= {node.rest} if node.rest else set()
            waiting += ast.iter_child_nodes(node)
    return found


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes that are evaluated when the module is imported: no bodies of functions."""
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        yield inner
        if isinstance(inner, FUNCTION):
            waiting += [*inner.decorator_list, *defaults(inner.args)]
        elif isinstance(inner, ast.Lambda):
            waiting += defaults(inner.args)
        else:
            waiting += ast.iter_child_nodes(inner)


def root_of(node: ast.AST) -> str | None:
    """The name, with the attributes behind it, at which an expression begins."""
    attributes: list[str] = []
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred, ast.Call)):
        if isinstance(node, ast.Attribute):
            attributes.append(node.attr)
        else:
            attributes.clear()
        node = node.func if isinstance(node, ast.Call) else node.value
    return ".".join([node.id, *reversed(attributes)]) if isinstance(node, ast.Name) else None
