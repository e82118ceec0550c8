import pytest
from pydantic import ValidationError

from experiments.data.function_settings import FunctionSettings


def made(given: object) -> FunctionSettings:
    return FunctionSettings.model_validate(given, strict=True)


def test_a_string_is_a_built_in_name_or_a_formula() -> None:
    assert made("sinc") == made({"name": "sinc"}) == made("SINC") == made({"name": "Sinc"})
    assert made("sinc").model_dump() == {"name": "sinc", "points": 256, "domain": None}
    own = made("sin(x) + cos(x^2)")
    assert (own.name, own.formula) == ("sin(x) + cos(x^2)", "sin(x) + cos(x^2)")
    assert own.interval == (-1.0, 1.0)
    assert made({"formula": "x", "name": "line"}).name == "line"


def test_notes_tell_limits_and_jumps() -> None:
    assert made("sin(x)/x").describe().note == "At $x = 0$ the value is the limit, $1$."
    assert "jump" in made("sign(x)").describe().note
    assert made("x^2").describe().note == ""
    assert made("sinc").describe().math == r"\frac{\sin(5\pi x)}{5\pi x}"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("2x", r"2\*x"),
        ({"expression": "x^2"}, "names no function .given: expression.*formula ="),
        ({"name": "sincs"}, 'did you mean "sinc"'),
        ({"formula": "x", "file": "a.csv"}, "not both"),
        ({"file": "none.csv"}, "there is no such file"),
        ({"file": "none.csv", "points": 5}, "points: the points of a file"),
        ({"formula": "1/x"}, "at x = 0"),
        ({"formula": "log(x)", "domain": (1.0, 2.0), "shown": (-1.0, 2.0)}, "at x = 0"),
        ({"formula": "x", "shown": (2.0, -2.0)}, "shown: the lower end"),
        ({"formula": "x", "noise": -1.0}, "greater than or equal to 0"),
        ({"formula": "x", "sha256": "0"}, "remove it"),
        ({"formula": "x", "training": {"epoch": 3}}, "Extra inputs"),
    ],
)
def test_refused(given: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        made(given)
