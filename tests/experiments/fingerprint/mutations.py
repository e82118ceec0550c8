"""Changes of meaning, made in the syntax trees of real definitions."""

import ast
import copy
from collections.abc import Iterator

OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mod, ast.Mod: ast.FloorDiv, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.MatMult: ast.Mult, ast.BitXor: ast.BitOr,
    ast.And: ast.Or, ast.Or: ast.And, ast.Not: ast.Invert, ast.USub: ast.UAdd, ast.Invert: ast.Not,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


def definitions(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """The definitions of a module at its top, by name."""
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node
            case ast.ClassDef(name=name):
                yield name, node
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name, node


def places(definition: ast.stmt) -> int:
    """Number of changes that `mutated` knows in a definition."""
    return sum(1 for _ in _changes(definition))


def mutated(definition: ast.stmt, index: int) -> ast.stmt:
    """The definition with one change of its meaning."""
    changed = copy.deepcopy(definition)
    change = next(c for i, c in enumerate(_changes(changed)) if i == index)
    change()
    return ast.fix_missing_locations(changed)


def _changes(definition: ast.stmt) -> Iterator:  # type: ignore[type-arg]
    texts = {
        id(inner.value)
        for inner in ast.walk(definition)
        if isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Constant)
    }
    for node in ast.walk(definition):
        for name, value in ast.iter_fields(node):
            if type(value) in OPERATORS:
                yield lambda n=node, k=name, v=value: setattr(n, k, OPERATORS[type(v)]())
            if name == "ops":
                yield lambda v=value: v.__setitem__(0, OPERATORS[type(v[0])]())
        match node:
            case ast.Constant(value=value) if id(node) not in texts:
                yield lambda n=node: setattr(n, "value", _other(n.value))
            case ast.Attribute():
                yield lambda n=node: setattr(n, "attr", f"{n.attr}_")
            case ast.Name(ctx=ast.Load()):
                yield lambda n=node: setattr(n, "id", f"{n.id}_")
            case ast.Call(args=[_, *_]):
                yield lambda n=node: n.args.pop()
            case ast.Call(keywords=[_, *_]):
                yield lambda n=node: n.keywords.pop()
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
                yield lambda n=node, t=test: setattr(n, "test", ast.UnaryOp(ast.Not(), t))
            case ast.Return(value=ast.expr() as value):
                yield lambda n=node: setattr(n, "value", None)
            case ast.FunctionDef(decorator_list=[_, *_]) | ast.ClassDef(decorator_list=[_, *_]):
                yield lambda n=node: n.decorator_list.pop()
            case ast.ClassDef(bases=[_, *_]):
                yield lambda n=node: n.bases.pop()
            case ast.arguments(defaults=[_, *_]):
                yield lambda n=node: n.defaults.pop()
            case ast.Dict(keys=[_, *_]):
                yield lambda n=node: (n.keys.pop(), n.values.pop())
            case ast.Tuple(elts=[_, _, *_]) | ast.List(elts=[_, *_]):
                yield lambda n=node: n.elts.pop()
        body = getattr(node, "body", None)
        if isinstance(body, list) and len(code := [s for s in body if not _is_text(s)]) > 1:
            yield lambda b=body, last=code[-1]: b.remove(last)  # behind it may be its docstring
            if not any(_is_text(s) for s in body[-2:]):
                yield lambda b=body: b.append(b.pop(-2))


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _other(value: object) -> object:
    match value:
        case bool():
            return not value
        case int() | float() | complex():
            return value + 1
        case str():
            return f"{value}_"  # in an annotation a space would change nothing
        case bytes():
            return value + b" "
        case None:
            return 0
    return None
