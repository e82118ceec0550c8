"""What a statement does at import beside defining names."""

import ast

from experiments.fingerprint.nodes import (
    COMPREHENSION,
    FIELDS_ONLY,
    FUNCTION,
    at_import,
    is_text,
    root_of,
)

_STATE = (ast.List, ast.Dict, ast.Set, ast.Call, *COMPREHENSION)


def changed_names(node: ast.stmt) -> set[str]:
    """Names whose values a statement changes at import, as far as it says so."""
    found: set[str | None] = set()
    for inner in at_import(node):
        if isinstance(inner, (ast.Attribute, ast.Subscript)) and isinstance(
            inner.ctx, (ast.Store, ast.Del)
        ):
            found.add(root_of(inner))
        elif isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Call):
            if isinstance(inner.value.func, ast.Attribute):
                found.add(root_of(inner.value.func))
        elif isinstance(inner, (*FUNCTION, ast.ClassDef)):
            # `@table.register`: the decorator belongs to the table.
            for decorator in inner.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if isinstance(called, ast.Attribute):
                    found.add(root_of(called))
    return {name for name in found if name is not None}


def has_effect(node: ast.stmt, ours: set[str]) -> bool:
    """Whether a statement does more at import than to define and change what is ours."""
    if isinstance(node, FUNCTION):
        return False
    if isinstance(node, ast.ClassDef):
        return any(has_effect(inner, ours) for inner in node.body if not is_text(inner))
    for inner in at_import(node):
        if isinstance(inner, (ast.Expr, ast.Assert, ast.Raise, ast.Delete)):
            if not is_text(inner):
                return True
        elif isinstance(inner, (ast.Attribute, ast.Subscript)):
            changed = (root_of(inner) or "").partition(".")[0]
            if not isinstance(inner.ctx, ast.Load) and changed not in ours:
                return True
    return False


def has_state(node: ast.stmt, ours: set[str]) -> bool:
    """Whether what a statement defines can be changed: containers, made objects, names of ours."""
    if isinstance(node, FUNCTION):
        return any(isinstance(inner, _STATE) for inner in ast.walk(node.args))
    if isinstance(node, ast.ClassDef):
        values = [
            inner.value
            for inner in node.body
            if isinstance(inner, (ast.Assign, ast.AnnAssign)) and inner.value is not None
        ]
        return any(
            isinstance(value, _STATE) and root_of(value) not in FIELDS_ONLY for value in values
        )
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return node.value is not None and any(
            isinstance(inner, _STATE) or (isinstance(inner, ast.Name) and inner.id in ours)
            for inner in ast.walk(node.value)
        )
    return True


def has_hooks(node: ast.ClassDef) -> bool:
    special = {"__init_subclass__", "__set_name__", "__pydantic_init_subclass__", "__new__"}
    return any(word.arg == "metaclass" for word in node.keywords) or any(
        isinstance(inner, FUNCTION) and inner.name in special for inner in node.body
    )
