"""Fractions in a line of text."""

import pytest

from report.words.tex import in_line


@pytest.mark.parametrize(
    ("built_up", "line"),
    [
        (r"\frac{\sin(5\pi x)}{5\pi x}", r"\sin(5\pi x)/(5\pi x)"),
        (
            r"\operatorname{sgn}\!\left(\frac{\cos(10x)}{x}\right)",
            r"\operatorname{sgn}\!(\cos(10x)/x)",
        ),
        (r"\frac{1}{1+e^{-x}}", r"1/(1+e^{-x})"),
        (r"\frac{x+1}{2}\,x", r"((x+1)/2) x"),
        (r"\frac{1}{2}^{2}", r"(1/2)^{2}"),
        (r"x+\frac{1}{\frac{x}{2}+1}", r"x+1/(x/2+1)"),
        (r"\frac{\sin\left(x-1\right)}{x}", r"\sin(x-1)/x"),
        (r"\frac{a}{b}-1", r"a/b-1"),
        (r"e^{\frac{x}{2}}", r"e^{x/2}"),
        (r"\frac", r"\frac"),
        ("x^2", "x^2"),
        (r"\sin\left(10\,\pi\,x^{2}\right)", r"\sin(10 \pi x^{2})"),
        (
            r"\frac{\sin\left(\pi\,4\,\pi\,x\right)}{\pi\,4\,\pi\,x}",
            r"\sin(4 \pi^{2} x)/(4 \pi^{2} x)",
        ),
        (r"\pi\,\pi^{3}", r"\pi \pi^{3}"),
        (r"\sum_{n=1}^{3} \left(n\,x\right)", r"\sum_{n=1}^{3} \left(n\,x\right)"),
    ],
)
def test_a_fraction_becomes_a_quotient_with_the_same_value(built_up: str, line: str) -> None:
    assert in_line(built_up) == line
