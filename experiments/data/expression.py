"""A formula in x as text: checked, then evaluated node by node. Nothing is ever executed.

The text is parsed to Python's syntax tree, and every node of the tree must be on the lists below:
no attribute, no call and no name outside of them. The checked tree is evaluated with any library
that has the functions under torch's names: NumPy, torch, mpmath's numbers and SymPy's expressions.
"""

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, NoReturn

from report.errors import did_you_mean

ARGUMENTS: dict[str, int | None] = {
    **dict.fromkeys(("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"), 1),
    **dict.fromkeys(("exp", "log", "sqrt", "abs", "sign", "sgn", "floor", "ceil"), 1),
    **dict.fromkeys(("sigmoid", "sinc"), 1),
    **dict.fromkeys(("min", "max"), 2),
    "Sum": 2,
    "Piecewise": None,
}
"""Functions of a formula with their numbers of arguments; None: one or more."""
CONSTANTS = {"pi": math.pi, "e": math.e}

LONGEST = 500
"""Characters of a formula."""
SHOWN = 80
"""Characters of a formula that a message repeats."""
DEEPEST = 100
"""Levels of nesting."""
MOST_TERMS = 10_000
"""Nodes of a formula, those within a sum counted once for each of its terms."""

_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_TIMES_LEFT_OUT = re.compile(
    r"(?<![\w.])(?>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(?=[A-Za-z_(])|\)\s*(?=[\w(])"
)


class FormulaError(ValueError):
    """The text is no formula; the message names the place and what to write."""


@dataclass(frozen=True)
class Expression:
    """A checked formula in x."""

    text: str
    tree: ast.expr


@dataclass(frozen=True)
class Library:
    """How numbers of one kind are computed.

    Attributes:
        call: value of a function, given its name and arguments.
        number: a constant that the formula writes as a number.
        constants: those that it names.
        power: first to the power of the second.
        where: condition, value where it holds, value elsewhere.
        both, either: two conditions joined.
    """

    call: Callable[[str, list[Any]], Any]
    number: Callable[[float], Any]
    where: Callable[[Any, Any, Any], Any]
    constants: Mapping[str, Any] = field(default_factory=lambda: CONSTANTS)
    power: Callable[[Any, Any], Any] = operator.pow
    both: Callable[[Any, Any], Any] = operator.and_
    either: Callable[[Any, Any], Any] = operator.or_


def parse(text: str) -> Expression:
    """Read a formula; `^` means power. Raises FormulaError, which names the column from 1 on."""
    text = text.strip()
    if not text:
        raise FormulaError('the formula is empty; write one in x, such as "sin(5*pi*x)"')
    if len(text) > LONGEST:
        raise FormulaError(f"the formula has {len(text)} characters, at most {LONGEST} are read")
    odd = next((c for c in text if not c.isascii() or not c.isprintable()), None)
    if odd is not None:
        _refuse(text, text.index(odd), f"the character {odd!r} has no meaning; write it in ASCII")
    joined = _TIMES_LEFT_OUT.search(text)
    if joined:
        fixed = f"{text[: joined.end()].rstrip()}*{text[joined.end() :]}"
        _refuse(text, joined.start(), f"a product is written with *: {fixed}")
    # `^` becomes `**`: columns behind it are one too large each.
    tree = _tree(text)
    _Checker(text).check(tree, _Scope(frozenset({"x"})))
    return Expression(text, tree)


def _tree(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(text.replace("^", "**"), mode="eval").body
    except SyntaxError as error:
        column = _column(text, (error.offset or 1) - 1)
        return _refuse(text, column, "this is not how a formula goes on")
    except (RecursionError, MemoryError, ValueError):
        raise FormulaError("the formula is nested too deeply; write it flatter") from None


def _column(text: str, column: int) -> int:
    """Place in the text of a place in what Python read, where each `^` is two characters."""
    place = 0
    while place < len(text) and column > 0:
        column -= 2 if text[place] == "^" else 1
        place += 1
    return min(place, max(len(text) - 1, 0))


def _refuse(text: str, column: int, why: str) -> NoReturn:
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
    raise FormulaError(f'"{shown}", column {column + 1} (at "{text[column : column + 12]}"): {why}')


@dataclass(frozen=True)
class _Scope:
    """Variables of a node, its level of nesting, and how often it is evaluated."""

    names: frozenset[str]
    depth: int = 0
    times: int = 1

    @property
    def below(self) -> "_Scope":
        return replace(self, depth=self.depth + 1)


class _Checker:
    """Refuses every node that is not on the lists, and formulas that are too large."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._terms = 0

    def refuse(self, node: ast.AST, why: str) -> NoReturn:
        _refuse(self._text, _column(self._text, getattr(node, "col_offset", 0)), why)

    def check(self, node: ast.expr, scope: _Scope) -> None:
        self._terms += scope.times
        if scope.depth > DEEPEST:
            self.refuse(node, f"nested more than {DEEPEST} levels deep; write it flatter")
        if self._terms > MOST_TERMS:
            self.refuse(node, f"more than {MOST_TERMS} operations; shorten the sum")
        variables = (*scope.names, *CONSTANTS)
        match node:
            case ast.Constant(value=bool() | complex()):
                self.refuse(node, "only real numbers are known")
            case ast.Constant(value=int() | float() as value):
                if abs(value) > 1e300:
                    self.refuse(node, "the number is too large")
            case ast.Name(id=name) if name in ARGUMENTS and name not in variables:
                self.refuse(node, f"{name} is a function; write {name}(x)")
            case ast.Name(id=name):
                if name not in variables:
                    hint = did_you_mean(name, (*variables, *ARGUMENTS))
                    self.refuse(node, f'"{name}" is not known{hint}')
            case ast.BinOp(left=left, op=op, right=right) if type(op) in (*_OPERATORS, ast.Pow):
                self.check(left, scope.below)
                self.check(right, scope.below)
            case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=operand):
                self.check(operand, scope.below)
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name in variables:
                self.refuse(node, f"a product is written with *: {name}*(...)")
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name not in ARGUMENTS:
                hint = did_you_mean(name, tuple(ARGUMENTS))
                self.refuse(node, f'the function "{name}" is not known{hint}')
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                self._call(node, name, args, scope.below)
            case _:
                known = ", ".join([*variables, *ARGUMENTS])
                self.refuse(node, f"a formula has numbers, + - * / ^, and {known}")

    def _call(self, node: ast.expr, name: str, args: list[ast.expr], scope: _Scope) -> None:
        wanted = ARGUMENTS[name]
        if (wanted is not None and len(args) != wanted) or not args:
            few = "argument" if wanted == 1 else "arguments"
            self.refuse(node, f"{name} has {wanted or 'one or more'} {few}, {len(args)} given")
        if name == "Sum":
            self._sum(node, args[0], args[1], scope)
            return
        for part in args:
            if name == "Piecewise":
                self._piece(part, scope)
            else:
                self.check(part, scope)

    def _sum(self, node: ast.expr, term: ast.expr, ends: ast.expr, scope: _Scope) -> None:
        match ends:
            case ast.Tuple(
                elts=[
                    ast.Name(id=index),
                    ast.Constant(value=int() as first),
                    ast.Constant(value=int() as last),
                ]
            ) if index not in (*scope.names, *CONSTANTS, *ARGUMENTS):
                if last < first:
                    self.refuse(ends, "a sum ends at or behind its first index")
                if last - first >= MOST_TERMS:
                    self.refuse(ends, f"more than {MOST_TERMS} operations; shorten the sum")
                times = scope.times * (last - first + 1)
                self.check(term, _Scope(scope.names | {index}, scope.depth, times))
            case _:
                self.refuse(node, "a sum is written Sum(f, (k, 1, 10)), with numbers for its ends")

    def _piece(self, part: ast.expr, scope: _Scope) -> None:
        match part:
            case ast.Tuple(elts=[value, condition]):
                self.check(value, scope)
                self._condition(condition, scope)
            case _:
                self.refuse(part, "a piece is (value, condition); the last condition may be True")

    def _condition(self, node: ast.expr, scope: _Scope) -> None:
        match node:
            case ast.Constant(value=bool()):
                pass
            case ast.Compare(left=left, ops=ops, comparators=others) if all(
                type(op) in _COMPARISONS for op in ops
            ):
                for side in (left, *others):
                    self.check(side, scope)
            case ast.BoolOp(values=values):
                for value in values:
                    self._condition(value, scope.below)
            case _:
                self.refuse(node, "a condition compares with <, <=, >, >=, joined by and, or")


def evaluate(
    expression: Expression,
    x: Any,
    library: Library,
    *,
    nudge: float = 0.0,
    divisors: Callable[[Any], None] | None = None,
) -> Any:
    """Value of the formula at `x`, a number or an array of the library's.

    Args:
        nudge: a sign is 0 where it differs this far left and right of x: at its jump, where the
            sign of a rounding error would be noise.
        divisors: is told every value where the formula may be singular when it is zero.
    """
    return _Evaluation(library, nudge, divisors).value(expression.tree, {"x": x})


class _Evaluation:
    def __init__(
        self, library: Library, nudge: float, divisors: Callable[[Any], None] | None
    ) -> None:
        self._library = library
        self._nudge = nudge
        self._divisors = divisors

    def value(self, node: ast.expr, names: Mapping[str, Any]) -> Any:
        match node:
            case ast.Constant(value=value):
                return self._library.number(float(value))  # type: ignore[arg-type]
            case ast.Name(id=name):
                return names[name] if name in names else self._library.constants[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.value(operand, names)
            case ast.UnaryOp(operand=operand):
                return self.value(operand, names)
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self.value(left, names), self.value(right, names)
                if isinstance(op, ast.Pow):
                    if not _is_natural(right):
                        self._notice(a)
                    return self._library.power(a, b)
                if isinstance(op, ast.Div):
                    self._notice(b)
                return _OPERATORS[type(op)](a, b)
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._called(name, args, names)
        raise AssertionError("the tree was checked")

    def _called(self, name: str, args: list[ast.expr], names: Mapping[str, Any]) -> Any:
        library = self._library
        if name == "Sum":
            return self._sum(args, names)
        if name == "Piecewise":
            value = library.number(math.nan)
            for part in reversed(args):
                assert isinstance(part, ast.Tuple)
                here, condition = part.elts
                holds = self._condition(condition, names)
                if not isinstance(holds, bool):
                    value = library.where(holds, self.value(here, names), value)
                elif holds:  # single numbers may have no value on the other pieces
                    value = self.value(here, names)
            return value
        if name in ("sign", "sgn"):
            return self._sign(args[0], names)
        values = [self.value(part, names) for part in args]
        if name == "log":
            self._notice(values[0])
        elif name == "tan":
            self._notice(library.call("cos", values))
        return library.call(name, values)

    def _sum(self, args: list[ast.expr], names: Mapping[str, Any]) -> Any:
        place = args[1]
        assert isinstance(place, ast.Tuple)
        index, first, last = place.elts
        assert isinstance(index, ast.Name)
        assert isinstance(first, ast.Constant) and isinstance(last, ast.Constant)
        number = self._library.number
        terms = range(first.value, last.value + 1)  # type: ignore[arg-type, operator]
        inner = (self.value(args[0], {**names, index.id: number(float(k))}) for k in terms)
        return reduce(operator.add, inner)

    def _sign(self, node: ast.expr, names: Mapping[str, Any]) -> Any:
        library = self._library
        noticing, self._divisors = self._divisors, None
        here = library.call("sign", [self.value(node, names)])
        if self._nudge:
            left, right = (
                library.call("sign", [self.value(node, {**names, "x": names["x"] + step})])
                for step in (-self._nudge, self._nudge)
            )
            here = library.where(left * right < 0, library.number(0.0), here)
        self._divisors = noticing
        return here

    def _condition(self, node: ast.expr, names: Mapping[str, Any]) -> Any:
        library = self._library
        match node:
            case ast.Constant(value=value):
                zero = 0 * names["x"]
                return zero == zero if value else zero != zero
            case ast.Compare(left=left, ops=ops, comparators=others):
                sides = [self.value(side, names) for side in (left, *others)]
                zero = 0 * names["x"]  # of the shape of x, where both sides are constants
                found = [
                    _COMPARISONS[type(op)](a + zero, b)
                    for op, a, b in zip(ops, sides, sides[1:], strict=False)
                ]
                return reduce(library.both, found)
            case ast.BoolOp(op=op, values=values):
                join = library.both if isinstance(op, ast.And) else library.either
                return reduce(join, [self._condition(value, names) for value in values])
        raise AssertionError("the tree was checked")

    def _notice(self, value: Any) -> None:
        if self._divisors is not None:
            self._divisors(value)


def _is_natural(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value >= 0


def array_library(
    module: Any, lift: Callable[[Any], Any], number: Callable[[float], Any] = float
) -> Library:
    """NumPy or torch; `lift` makes an array of a number, `number` a constant."""

    def call(name: str, values: list[Any]) -> Any:
        arrays = [lift(value) for value in values]
        if name == "sigmoid":
            special = getattr(module, "sigmoid", None)
            return special(*arrays) if special else 1 / (1 + module.exp(-arrays[0]))
        return getattr(module, {"min": "minimum", "max": "maximum"}.get(name, name))(*arrays)

    def where(condition: Any, a: Any, b: Any) -> Any:
        return module.where(condition, lift(a), lift(b))

    return Library(call, number, where)
