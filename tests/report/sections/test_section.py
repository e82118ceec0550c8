"""Settings as a table shows them."""

import pytest

from report.sections.section import Figure, Section, settings_table
from report.words.markdown import Markdown
from tests.report.records.build import DIGITS, record


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1e-10, "1×10⁻¹⁰"),
        (2.5e-5, "2.5×10⁻⁵"),
        (1.23456e-7, "1.235×10⁻⁷"),
        (0.0, "0"),
        (0.001, "0.001"),
        (20_000, "20,000"),
        (True, "yes"),
    ],
)
def test_a_setting_has_the_digits_that_it_has(value: object, shown: str) -> None:
    table = settings_table(record(settings={"search": {"epsilon": value}}))
    assert table.rows == (("search\\, epsilon", shown),)


@pytest.mark.parametrize(
    ("value", "shown"), [("cross_entropy", "cross entropy"), ("a _b_ c", "a \\_b\\_ c")]
)
def test_a_setting_that_is_a_key_is_read_as_words(value: str, shown: str) -> None:
    assert settings_table(record(settings={"loss": value})).rows == (("loss", shown),)


def test_two_figures_or_tables_of_one_name_are_refused() -> None:
    table = settings_table(record(settings={"epochs": 3}))
    with pytest.raises(ValueError, match="two tables are called settings"):
        Section((), (table, table), ())
    figure = Figure("loss", Markdown("Loss."), "The loss over epochs.", lambda: None)  # type: ignore
    with pytest.raises(ValueError, match="two figures are called loss"):
        Section((figure, figure), (), ())


def test_what_a_reference_does_not_state_is_named() -> None:
    table = settings_table(
        record(settings={"epochs": 3, "chosen": ["cases.0.training.batch_size", "seeds"]})
    )
    assert "chosen here: cases\\, training\\, batch size\\; seeds" in table.caption
    assert len(table.rows) == 1


def test_the_data_are_named_with_their_sizes_and_what_is_synthetic() -> None:
    real = DIGITS.model_copy(update={"name": "MNIST", "train_size": 6000, "test_size": 900})
    drawn = real.model_copy(update={"name": "shapes", "synthetic": True})
    caption = settings_table(record(settings={"epochs": 3}, dataset=[real, drawn, real])).caption
    assert (
        " Data: MNIST, 6,000 training and 900 test images; "
        "shapes (synthetic), 6,000 training and 900 test images." in caption
    )
    assert "Data:" not in settings_table(record(settings={"epochs": 3})).caption
