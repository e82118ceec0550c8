"""One statement as normalized text, in which names of other definitions are holes."""

import ast
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from experiments.fingerprint.acts import changed_names, has_effect, has_hooks, has_state
from experiments.fingerprint.nodes import (
    FIELDS_ONLY,
    bindings_of,
    bound_names,
    foreign,
    is_idle,
    is_text,
    read_import,
    root_of,
)

# fmt: off
PURE = frozenset((
    "abs", "all", "any", "bool", "bytes", "classmethod", "complex", "dict", "divmod", "enumerate",
    "filter", "float", "frozenset", "int", "isinstance", "issubclass", "len", "list", "map",
    "max", "min", "object", "pow", "property", "range", "repr", "reversed", "round", "set",
    "slice", "sorted", "staticmethod", "str", "sum", "super", "tuple", "type", "zip",
))
# fmt: on
"""Builtin functions that change none of their arguments."""
DYNAMIC = ("importlib.import_module", "importlib.reload", "runpy.", "pkgutil.", "sys.modules")
"""Names through which modules are reached that the source does not name."""
EVERYTHING, HERE = "*", "."
"""References to all modules, and to the whole module of the statement."""

_SKIPPED = frozenset({"ctx", "type_comment", "kind", "type_ignores"})


@dataclass(frozen=True)
class Statement:
    """A statement of a module.

    Attributes:
        shape: digest of the normalized text.
        references: what stands in the text's holes, in order, each once.
        binds: names that it defines.
        changes: references of ours whose values it changes at import (`TABLE["k"] = f`).
        runs: references of the calls that it makes at import.
        effect: whether it acts at import on something that it does not name.
        decorated: references of decorators, which may keep what they decorate.
        bases: references of base classes.
        state: whether what it defines can be changed by others.
        hooks: whether it defines a class that acts when another one is derived from it.
    """

    shape: str
    references: tuple[str, ...]
    binds: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    effect: bool = False
    decorated: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    state: bool = False
    hooks: bool = False


@dataclass
class _Scope:
    """Names of a function, comprehension or class body, and what imports in it bind."""

    names: set[str]
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    globals: set[str] = field(default_factory=set)
    is_class: bool = False


class Writer:
    """Writes the normalized text of one statement of a module."""

    def __init__(
        self, known: set[str], imports: dict[str, tuple[str, str]], package: str, columns: bool
    ) -> None:
        self._known = known
        self._imports = imports
        self._package = package
        self._columns = columns
        self._ours = known - {n for n, (m, _) in imports.items() if foreign(m)}
        self._out: list[str] = []
        self._references: dict[str, int] = {}
        self._scopes: list[_Scope] = []
        self._binds: dict[str, int] = {}
        self._runs: set[str] = set()
        self._at_import = True
        self._in_call = 0

    def statement(self, node: ast.stmt, binds: list[str]) -> Statement:
        """`node` as a statement that binds these names."""
        self._binds = {name: index for index, name in enumerate(_in_order(node, binds))}
        self._visit(node)
        changes = {c for c in changed_names(node) if c.partition(".")[0] in self._ours}
        return Statement(
            shape=hashlib.sha256("".join(self._out).encode()).hexdigest()[:16],
            references=tuple(self._references),
            binds=tuple(self._binds),
            changes=tuple(sorted(changes)),
            runs=tuple(sorted(self._runs)),
            effect=has_effect(node, self._ours) and not (isinstance(node, ast.Expr) and changes),
            decorated=self._named(getattr(node, "decorator_list", [])),
            bases=self._named(getattr(node, "bases", [])),
            state=has_state(node, self._ours),
            hooks=isinstance(node, ast.ClassDef) and has_hooks(node),
        )

    def _named(self, nodes: list[ast.expr]) -> tuple[str, ...]:
        """References within these, in order."""
        found = [{n.id for n in ast.walk(node) if isinstance(n, ast.Name)} for node in nodes]
        return tuple(r for ids in found for r in self._references if r.partition(".")[0] in ids)

    # Names

    def _look_up(self, name: str) -> tuple[bool, str | None]:
        """Whether a name is local, and the reference that it stands for."""
        local = False
        for depth, scope in enumerate(reversed(self._scopes)):
            if scope.is_class and depth:
                continue  # functions in a class do not see its names
            if name in scope.globals:
                break
            if name in scope.imports:
                module, attribute = scope.imports[name]
                return False, f"={module}={attribute}"
            if name in scope.names:
                if not scope.is_class:
                    return True, None
                local = True  # or global, where the class body has not bound it yet
        return local, name if name in self._known else None

    def _hole(self, reference: str) -> None:
        if self._at_import and self._in_call:
            self._runs.add(reference)
        self._out.append(f"§{self._references.setdefault(reference, len(self._references))}")

    def _chain(self, node: ast.expr) -> bool:
        """Write a name with its attributes as a reference, if it is one."""
        attributes: list[str] = []
        inner = node
        while isinstance(inner, ast.Attribute):
            attributes.append(inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name):
            return False
        bound_here = (
            not self._scopes
            and not attributes
            and inner.id in self._binds
            and isinstance(inner.ctx, (ast.Store, ast.Del))
        )
        if bound_here:
            self._out.append(f"${self._binds[inner.id]}")
            return True
        local, reference = self._look_up(inner.id)
        if reference is None:
            if not local and inner.id not in self._known:
                self._unknown(inner.id)
            return False
        if local:
            self._hole(reference)
            return False
        self._hole(".".join([reference, *reversed(attributes)]))
        if self._called(node).startswith(DYNAMIC):
            self._hole(EVERYTHING)
        return True

    def _unknown(self, name: str) -> None:
        if name in ("globals", "vars"):
            self._hole(HERE)
        elif name in ("eval", "exec", "__import__"):
            self._hole(EVERYTHING)

    # Nodes

    def _visit(self, node: object) -> None:
        if isinstance(node, list):
            self._out.append("[")
            for item in node:
                if not (isinstance(item, ast.AST) and is_idle(item)):
                    self._visit(item)
            self._out.append("]")
            return
        if not isinstance(node, ast.AST):
            self._out.append(repr(node))
            return
        special = _visitor(type(node).__name__)
        if special is None:
            self._fields(node)
        else:
            special(self, node)

    def _fields(self, node: ast.AST, *left_out: str) -> None:
        """Type and fields, in a form that all versions of Python share."""
        self._out.append(f"{type(node).__name__}(")
        for name in node._fields:
            value = getattr(node, name, None)
            if name in _SKIPPED or name in left_out or value is None or value == []:
                continue
            self._out.append(f"{name}=")
            self._visit(value)
            self._out.append(",")
        self._out.append(")")

    def _visit_name(self, node: ast.Name) -> None:
        if not self._chain(node):
            self._out.append(f"'{node.id}'")

    def _visit_attribute(self, node: ast.Attribute) -> None:
        if not self._chain(node):
            self._visit(node.value)
            self._out.append(f".{node.attr}")

    def _visit_constant(self, node: ast.Constant) -> None:
        self._out.append(repr(node.value))

    def _visit_call(self, node: ast.Call) -> None:
        pure = isinstance(node.func, ast.Name) and (
            node.func.id in PURE and node.func.id not in self._known
        )
        called = self._called(node.func)
        if isinstance(node.func, ast.Name) and node.func.id == "vars" and node.args:
            self._fields(node, "func")  # attributes of an object, not of this module
            return
        if called == "importlib.import_module":
            self._dynamic(node)
            self._fields(node, "func")
            return
        self._in_call += not pure
        self._fields(node)
        self._in_call -= not pure

    def _called(self, node: ast.expr) -> str:
        """Dotted name of a function, through the imports of the module and the function."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        for imports in [*(s.imports for s in reversed(self._scopes)), self._imports]:
            if node.id in imports:
                return ".".join([*filter(None, imports[node.id]), *reversed(attributes)])
        return ""

    def _dynamic(self, node: ast.Call) -> None:
        """`import_module`: the module where it is written out, those below where a part is."""
        first = node.args[0] if node.args else None
        match first:
            case ast.Constant(value=str(name)) if not name.startswith("."):
                self._hole(f"={name}=")
            case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]) if "." in start:
                self._hole(f"{EVERYTHING}{start.rpartition('.')[0]}")
            case _:
                self._hole(EVERYTHING)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        """An import in a function or under a condition: by what it names, not by its place."""
        bound, modules, stars = read_import(node, self._package)
        if self._scopes:
            self._scopes[-1].imports |= bound
        self._out.append("import")
        for module in modules:
            self._references.setdefault(f"!{module}", len(self._references))
        if not self._scopes:
            for name, (module, attribute) in bound.items():
                self._out.append(f"${self._binds[name]}")
                self._hole(f"={module}={attribute}")
        for module in stars:
            self._hole(f"={module}=")

    _visit_import = _import
    _visit_importfrom = _import

    # Scopes

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._in_call += 1
        self._visit(node.decorator_list)
        self._in_call -= 1
        self._signature(node.args)
        self._annotation(node.returns)
        self._out.append(f"{type(node).__name__} {self._given(node.name)}")
        self._body(node, list(node.body))

    _visit_functiondef = _visit_function
    _visit_asyncfunctiondef = _visit_function

    def _given(self, name: str) -> str:
        """What a definition is called; a global name is only numbered."""
        return name if self._scopes else f"${self._binds[name]}"

    def _visit_lambda(self, node: ast.Lambda) -> None:
        self._signature(node.args)
        self._out.append("Lambda")
        self._body(node, [node.body])

    def _signature(self, node: ast.arguments) -> None:
        """Names, annotations and defaults of parameters; these belong to the enclosing scope."""
        for kind in ("posonlyargs", "args", "kwonlyargs"):
            self._out.append(f"|{kind}")
            for argument in getattr(node, kind):
                self._argument(argument)
        self._out.append("|*")
        self._argument(node.vararg)
        self._out.append("|**")
        self._argument(node.kwarg)
        self._visit(node.defaults)
        self._visit(node.kw_defaults)

    def _argument(self, node: ast.arg | None) -> None:
        if node is not None:
            self._out.append(f" {node.arg}:")
            self._annotation(node.annotation)

    def _body(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, body: list[ast.AST]
    ) -> None:
        given = node.args
        arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        found = bindings_of(body)
        names = {argument.arg for argument in arguments if argument} | found.names
        imports: dict[str, tuple[str, str]] = {}
        for inner in found.imports:
            imports |= read_import(inner, self._package)[0]
        scope = _Scope(names - found.declared - found.outer, imports, found.declared)
        self._scopes.append(scope)
        at_import, self._at_import = self._at_import, self._at_import and self._in_call > 0
        self._visit(body)
        self._at_import = at_import
        self._scopes.pop()

    def _visit_classdef(self, node: ast.ClassDef) -> None:
        if self._columns and not self._scopes and _is_columns(node):
            self._columns_of(node)
            return
        self._in_call += 1
        self._visit(node.decorator_list)
        self._in_call -= 1
        self._out.append(f"ClassDef {self._given(node.name)}")
        self._visit(node.bases)
        self._visit(node.keywords)
        self._scopes.append(_Scope(bound_names(node.body), is_class=True))
        self._visit(node.body)
        self._scopes.pop()

    def _columns_of(self, node: ast.ClassDef) -> None:
        self._out.append("Columns")
        self._visit(node.bases)
        self._scopes.append(_Scope(bound_names(node.body), is_class=True))
        for inner in node.body:
            if isinstance(inner, ast.AnnAssign):
                assert isinstance(inner.target, ast.Name)
                self._out.append(f" {inner.target.id}:")
                self._annotation(_type_only(inner.annotation))
                self._visit(_default(inner.value))
        self._scopes.pop()

    def _visit_annassign(self, node: ast.AnnAssign) -> None:
        self._out.append("AnnAssign")
        self._visit(node.target)
        self._annotation(node.annotation)
        self._visit(node.value)

    def _annotation(self, node: ast.expr | None) -> None:
        """An annotation; one that is written as a text is read as what it says."""
        self._visit(None if node is None else _unquoted(node))

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> None:
        first = node.generators[0]
        self._out.append(type(node).__name__)
        self._visit(first.iter)  # belongs to the enclosing scope
        targets = {n for g in node.generators for n in bound_names([g.target])}
        self._scopes.append(_Scope(targets))
        for number, generator in enumerate(node.generators):
            self._fields(generator, *(["iter"] if number == 0 else []))
        self._fields(node, "generators")
        self._scopes.pop()

    _visit_listcomp = _comprehension
    _visit_setcomp = _comprehension
    _visit_dictcomp = _comprehension
    _visit_generatorexp = _comprehension


@cache
def _visitor(kind: str) -> Callable[[Writer, ast.AST], None] | None:
    """What writes nodes of a kind otherwise than by their fields."""
    special: Callable[[Writer, ast.AST], None] | None
    special = getattr(Writer, f"_visit_{kind.lower()}", None)
    return special


def _in_order(node: ast.stmt, binds: list[str]) -> list[str]:
    """The bound names in the order in which they stand, so that renaming one changes nothing."""
    if len(binds) < 2:
        return binds
    names = (getattr(inner, "id", getattr(inner, "name", None)) for inner in ast.walk(node))
    order = dict.fromkeys(name for name in names if name in binds)
    return [*order, *(name for name in binds if name not in order)]


def _unquoted(node: ast.expr) -> ast.expr:
    match node:
        case ast.Constant(value=str(text)):
            try:
                return _unquoted(ast.parse(text, mode="eval").body)
            except SyntaxError:
                return node
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name)):
            if name == "Literal":
                return node
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.expr):
            setattr(node, name, _unquoted(value))
        elif isinstance(value, list):
            setattr(node, name, [_unquoted(v) if isinstance(v, ast.expr) else v for v in value])
    return node


def _is_columns(node: ast.ClassDef) -> bool:
    """Whether a class is annotated columns and what checks them, nothing that could be called."""
    return all(
        is_text(inner)
        or isinstance(inner, ast.Pass)
        or (isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name))
        or (isinstance(inner, ast.Assign) and root_of(inner.targets[0]) == "model_config")
        or (isinstance(inner, ast.FunctionDef) and inner.name == "__post_init__")
        for inner in node.body
    )


def _type_only(node: ast.expr) -> ast.expr:
    """The type of a column without what `Annotated` says about it."""
    match node:
        case ast.Subscript(
            value=ast.Name(id="Annotated") | ast.Attribute(attr="Annotated"),
            slice=ast.Tuple(elts=[first, *_]),
        ):
            return first
    return node


def _default(node: ast.expr | None) -> ast.expr | None:
    """What a column holds where nothing is given: the constant, or what `field` is told of it."""
    if isinstance(node, ast.Call) and root_of(node) in FIELDS_ONLY:
        given = [word.value for word in node.keywords if word.arg in ("default", "default_factory")]
        return next(iter([*given, *node.args]), None)
    return node
