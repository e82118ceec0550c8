"""A checked formula as TeX, in the order in which it is written; sinc and sigmoid in symbols."""

import ast

from experiments.data.expression import Expression

SUM, PRODUCT, SIGN, POWER, ATOM = range(5)
"""How tightly a part binds."""

_NAMES = {
    "asin": r"\arcsin",
    "acos": r"\arccos",
    "atan": r"\arctan",
    "log": r"\ln",
    "sign": r"\operatorname{sgn}",
    "sgn": r"\operatorname{sgn}",
    "sigmoid": r"\sigma",
}
_BRACKETS = {
    "abs": (r"\left|", r"\right|"),
    "floor": (r"\left\lfloor ", r"\right\rfloor"),
    "ceil": (r"\left\lceil ", r"\right\rceil"),
    "sqrt": (r"\sqrt{", "}"),
    "exp": ("e^{", "}"),
}
_SIGNS: dict[type[ast.AST], str] = {
    ast.Lt: "<",
    ast.LtE: r"\le",
    ast.Gt: ">",
    ast.GtE: r"\ge",
}


def tex(expression: Expression) -> str:
    """The formula as TeX math, without delimiters."""
    return _part(expression.tree)[0]


def _part(node: ast.expr) -> tuple[str, int]:
    """TeX of a node, and how tightly it binds."""
    match node:
        case ast.Constant(value=value):
            return _number(value)  # type: ignore[arg-type]
        case ast.Name(id=name):
            return (r"\pi" if name == "pi" else name), ATOM
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"-{_within(operand, PRODUCT)}", SIGN
        case ast.UnaryOp(operand=operand):
            return _part(operand)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return f"{_within(left, SUM)} + {_within(right, PRODUCT)}", SUM
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return f"{_within(left, SUM)} - {_within(right, PRODUCT)}", SUM
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _product(left, right), PRODUCT
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return rf"\frac{{{_part(left)[0]}}}{{{_part(right)[0]}}}", ATOM
        case ast.BinOp(left=left, right=right):
            base, binds = _part(left)
            if binds < ATOM or isinstance(left, (ast.Call, ast.BinOp)):
                base = _bracketed(base)
            return f"{base}^{{{_part(right)[0]}}}", POWER
        case ast.Call(func=ast.Name(id=name), args=args):
            return _called(name, args)
    raise AssertionError("the tree was checked")


def _number(value: float) -> tuple[str, int]:
    mantissa, _, exponent = f"{value!r}".partition("e")
    return (rf"{mantissa} \cdot 10^{{{int(exponent)}}}", PRODUCT) if exponent else (mantissa, ATOM)


def _within(node: ast.expr, least: int) -> str:
    """A part of something that binds as tightly as `least`, in parentheses where needed."""
    text, binds = _part(node)
    inverted = binds == SIGN and least > SUM
    return _bracketed(text) if binds < least or inverted else text


def _bracketed(text: str) -> str:
    return rf"\left({text}\right)"


def _product(left: ast.expr, right: ast.expr) -> str:
    a, b = (_within(side, PRODUCT) for side in (left, right))
    if isinstance(left, ast.UnaryOp):
        a = _part(left)[0]
    return rf"{a} \cdot {b}" if b[0].isdigit() or b.startswith(r"\frac{1}") else rf"{a}\,{b}"


def _called(name: str, args: list[ast.expr]) -> tuple[str, int]:
    if name == "Sum":
        body, place = args
        assert isinstance(place, ast.Tuple)
        index, first, last = (_part(part)[0] for part in place.elts)
        return rf"\sum_{{{index}={first}}}^{{{last}}} {_within(body, PRODUCT)}", SUM
    if name == "Piecewise":
        rows = [_piece(part) for part in args]
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}", ATOM
    values = [_part(part)[0] for part in args]
    if name == "sinc":
        angle = rf"\pi\,{_within(args[0], PRODUCT)}"
        return rf"\frac{{\sin\left({angle}\right)}}{{{angle}}}", ATOM
    if name in _BRACKETS:
        before, behind = _BRACKETS[name]
        return f"{before}{values[0]}{behind}", POWER if name == "exp" else ATOM
    return rf"{_NAMES.get(name, chr(92) + name)}\left({', '.join(values)}\right)", ATOM


def _piece(part: ast.expr) -> str:
    assert isinstance(part, ast.Tuple)
    value, condition = part.elts
    return rf"{_part(value)[0]} & {_condition(condition)}"


def _condition(node: ast.expr) -> str:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=others):
            text = _part(left)[0]
            for op, side in zip(ops, others, strict=True):
                text += f" {_SIGNS[type(op)]} {_part(side)[0]}"
            return text
        case ast.BoolOp(op=op, values=values):
            joint = r" \text{ and } " if isinstance(op, ast.And) else r" \text{ or } "
            return joint.join(_condition(value) for value in values)
        case ast.Constant(value=True):
            return r"\text{otherwise}"
    return r"\text{never}"
