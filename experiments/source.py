"""Which code a task uses, and its digest: comments, docstrings and formatting do not count."""

import ast
import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "experiments"


def source_digests(module: str) -> dict[str, str]:
    """Digest of every module of `experiments` that `module` reaches through imports, itself too."""
    reached: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        digest, imports = _read(name)
        reached[name] = digest
        waiting += imports
    return dict(sorted(reached.items()))


@cache
def _read(module: str) -> tuple[str, tuple[str, ...]]:
    path = _path(module)
    assert path is not None
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = sorted(set(_imports(tree, module)))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = [n for n in node.body if not _is_text(n)] or [ast.Pass()]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:16], tuple(imports)


def _is_text(node: ast.stmt) -> bool:
    """A docstring, or a string that documents an attribute."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _imports(tree: ast.Module, module: str) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from package import module` reaches the module; `from module import name` does not.
            names = [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found += [n for n in names if n.split(".")[0] == PACKAGE and _path(n) is not None]
    # The list of tasks is looked at by name only: a new task must not make the others stale.
    return [name for name in found if name not in (module, f"{PACKAGE}.tasks")]


@cache
def _path(module: str) -> Path | None:
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:
        return None
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return None
    return Path(spec.origin)
