"""Formulas are checked node by node: what is on no list is refused with its place."""

import time

import numpy as np
import pytest

from experiments.data.expression import ARGUMENTS, FormulaError, evaluate, parse
from experiments.data.singular import NUMPY, limit, removable
from experiments.data.tex import tex


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2x", r"column 1 .*written with \*: 2\*x"),
        ("x^2 + 3y", r"column 7 .*3\*y"),
        ("2 sin(x)", r"2\*sin\(x\)"),
        ("(x+1)(x-1)", r"\(x\+1\)\*\(x-1\)"),
        ("x(x+1)", r"x\*\("),
        ("sin(x", "column 4"),
        ("sin", r"sin\(x\)"),
        ("sine(x)", 'did you mean "sin"'),
        ("sin(x^2) + y", 'column 12 .*"y" is not known'),
        ("sin(x, x)", "sin has 1 argument, 2 given"),
        ("min(x)", "min has 2 arguments, 1 given"),
        ("x.real", "a formula has numbers"),
        ("x[0]", "a formula has numbers"),
        ("lambda: 1", "a formula has numbers"),
        ("(lambda: x)()", "written with"),
        ("[x for x in x]", "a formula has numbers"),
        ("x if x else 1", "a formula has numbers"),
        ("f'{x}'", "a formula has numbers"),
        ("'a'*5", "a formula has numbers"),
        ("(x := 3)", "a formula has numbers"),
        ("x < 1", "a formula has numbers"),
        ("__import__('os').system('true')", "a formula has numbers"),
        ("__import__('os')", "is not known"),
        ("eval('x')", "is not known"),
        ("sin(*x)", "a formula has numbers"),
        ("sin(x=1)", "a formula has numbers"),
        ("1j*x", r"1\*j\*x"),
        ("True", "only real numbers"),
        ("π*x", "ASCII"),
        ("x\n+1", "ASCII"),
        ("x;x", "column 2"),
        ("", "empty"),
        ("x+" * 300 + "x", "601 characters"),
        ("-" * 300 + "x", "nested"),
        ("(" * 240 + "x" + ")" * 240, "column 201"),
        ("1" * 400, "too large"),
        ("Sum(x^k, (k, 1, 99999999))", "shorten the sum"),
        ("Sum(Sum(x, (k, 1, 200)), (j, 1, 200))", "shorten the sum"),
        ("Sum(x^k, (k, 1, n))", "with numbers for its ends"),
        ("Sum(x, (x, 1, 3))", "with numbers for its ends"),
        ("Sum(x, (k, 3, 1))", "at or behind"),
        ("Piecewise(x, 1)", "a piece is"),
        ("Piecewise((x, x))", "a condition compares"),
        ("Piecewise((x, x == 1), (0, True))", "a condition compares"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(FormulaError, match=message):
        parse(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1/x", "x = 0"),
        ("1/(x - 0.3)", "x = 0.3"),
        ("1/(x - 0.3337)^2", "x = 0.3337"),
        ("log(abs(x))", "x = 0"),
        ("tan(3*x)", r"x = -0\.523599"),
        ("sqrt(x)", "x = -1"),
        ("sin(1/x)", "x = 0"),
        ("Piecewise((1, x < 0))", "x = 0"),
        ("9**9**9", "x = -1"),
        ("9^9^9^9*x", "x = -1"),
        ("exp(exp(exp(9 + x)))", "x = -1"),
    ],
)
def test_places_without_a_value_are_named(text: str, place: str) -> None:
    begin = time.monotonic()
    with pytest.raises(FormulaError, match=f"no finite real value or limit at {place}"):
        removable(parse(text), -1.0, 1.0)
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize("text", ["x/x + exp(-9**9**9**9)", "x/x + sin(9^9^9) + 0*exp(1e9)"])
def test_huge_numbers_beside_a_limit_take_no_time(text: str) -> None:
    begin = time.monotonic()
    with pytest.raises(FormulaError):
        removable(parse(text), -1.0, 1.0)
    assert time.monotonic() - begin < 5


def test_removable_singularities_get_their_limits() -> None:
    found = removable(parse("sin(x)/x + (x^2 - 0.25)/(x - 0.5)"), -1.0, 1.0)
    assert found == pytest.approx({0.0: 1.5, 0.5: np.sin(0.5) / 0.5 + 1})
    assert removable(parse("sin(x)^2 + abs(x)^0.5"), -1.0, 1.0) == {}
    assert limit(parse("x*log(x)"), 0.0, 0.0, 1.0) == pytest.approx(0, abs=1e-12)


def test_every_function_is_computed_and_written() -> None:
    for name, arguments in ARGUMENTS.items():
        if arguments is None or name == "Sum":
            continue
        text = f"{name}({', '.join(['x/2 + 0.6'] * arguments)})"
        value = evaluate(parse(text), np.array([0.1]), NUMPY)
        assert np.isfinite(value).all(), name
        assert limit(parse(text), 0.1, 0.0, 1.0) == pytest.approx(value[0])
        assert "x" in tex(parse(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x*cos(10*x)", r"x\,\cos\left(10\,x\right)"),
        ("sinc(5*x)", r"\frac{\sin\left(\pi\,5\,x\right)}{\pi\,5\,x}"),
        ("-(x+1)^2", r"-\left(x + 1\right)^{2}"),
        ("(-x)^2", r"\left(-x\right)^{2}"),
        ("x - (1 - x)", r"x - \left(1 - x\right)"),
        ("2*3*x", r"2 \cdot 3\,x"),
        ("3*-x", r"3\,\left(-x\right)"),
        ("sin(x)^2", r"\left(\sin\left(x\right)\right)^{2}"),
        ("1e-7*x", r"1 \cdot 10^{-7}\,x"),
        ("sqrt(abs(x))", r"\sqrt{\left|x\right|}"),
        ("Sum(sin(k*x)/k, (k, 1, 9))", r"\sum_{k=1}^{9} \frac{\sin\left(k\,x\right)}{k}"),
        (
            "Piecewise((0, x < 0), (x, True))",
            r"\begin{cases} 0 & x < 0 \\ x & \text{otherwise} \end{cases}",
        ),
    ],
)
def test_tex(text: str, wanted: str) -> None:
    assert tex(parse(text)) == wanted
