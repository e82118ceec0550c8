"""What a comment may cite: one name for each number, whatever things are called."""

from pathlib import Path

from report.book.author import author_words
from report.book.gather import Part
from report.sections.section import Section
from report.tasks import BY_NAME
from report.words.markdown import Markdown
from tests.report.records.build import DIGITS, model, record


def numbers(*models: str, sizes: tuple[int, ...] = ()) -> dict[str, str]:
    made = record(
        "sharpness",
        models=tuple(model(name, parameters=n) for n, name in enumerate(models, start=1)),
        dataset=tuple(DIGITS.model_copy(update={"train_size": size}) for size in sizes),
    )
    part = Part(BY_NAME["sharpness"], made, Section((), (), ()), "")
    return {name.removeprefix("sharpness."): str(text) for name, text in part.numbers().items()}


def test_models_of_like_names_have_numbers_of_their_own() -> None:
    found = numbers("mlp 1", "mlp-1", "MLP_1")
    assert [found[f"models.{n}.parameters"] for n in ("mlp-1", "mlp-1-2", "mlp-1-3")] == list("123")
    assert len(found) == 6


def test_a_name_in_any_script_can_be_cited() -> None:
    found = numbers("多层感知机", "深い", "!?")
    for name, size in (("多层感知机", "1"), ("深い", "2"), ("3", "3")):
        assert found[f"models.{name}.parameters"] == size


def test_a_comment_may_cite_a_name_in_any_script(tmp_path: Path) -> None:
    comment = tmp_path / "sharpness.md"
    comment.write_text(
        "It has {sharpness.models.多层感知机.parameters} parameters.", encoding="utf-8"
    )
    cited = {"sharpness.models.多层感知机.parameters": Markdown("1,234")}
    assert (
        "It has 1,234 parameters" in author_words(tmp_path, ["sharpness"], cited)["sharpness"].block
    )


def test_a_data_set_that_stands_twice_is_named_once_and_one_of_another_size_twice() -> None:
    found = numbers(sizes=(100, 200, 100))
    assert found["data.digits.train_size"] == "100"
    assert found["data.digits-2.train_size"] == "200"
    assert len(found) == 4
