"""Settings as a table shows them."""

import pytest

from report.sections.section import Figure, Section, Table, models_table, settings_table
from report.words.markdown import Markdown
from tests.report.records.build import DIGITS, model, record


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
    table = settings_table(record(settings={"search": {"step": value}}))
    assert table.rows == (("search\\, step", shown, "", ""),)


@pytest.mark.parametrize(
    ("value", "shown"),
    [("cross_entropy", "cross\\-entropy"), ("no_word", "no word"), ("a _b_ c", "a \\_b\\_ c")],
)
def test_a_setting_that_is_a_key_is_read_as_words(value: str, shown: str) -> None:
    assert settings_table(record(settings={"loss": value})).rows == (("loss", shown, "", ""),)


@pytest.mark.parametrize(
    ("schedule", "shown"),
    [
        (
            {"name": "CosineAnnealingLR", "T_max": 20_000, "eta_min": 1e-5, "interval": "step"},
            "cosine to 1×10⁻⁵ within 20,000 steps",
        ),
        ({"factor": 0.5, "every": 1}, "× 0.5 every epoch"),
        ({"name": "ExponentialLR", "gamma": 0.9}, "ExponentialLR\\, gamma \\= 0\\.9"),
    ],
)
def test_a_schedule_is_told_in_words(schedule: dict[str, object], shown: str) -> None:
    rows = settings_table(record(settings={"schedule": schedule})).rows
    assert rows == (("schedule of the rate", shown, "", ""),)


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
    assert "chosen here: batch size\\; seeds" in table.caption
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


def test_defaults_are_left_out_and_a_seed_of_the_data_shows_where_it_acts() -> None:
    training = {"optimizer": "adam", "momentum": 0.0, "weight_decay": 0.0, "precision": "float32"}
    whole = {"name": "mnist", "train_size": None, "test_size": None, "seed": 3}
    settings = {"data": whole, "training": training}
    cells = [cell for row in settings_table(record(settings=settings)).rows for cell in row]
    assert cells == ["data", "mnist", "optimizer", "Adam"]
    part = settings_table(record(settings={"data": {**whole, "train_size": 500}}))
    assert part.rows[0][2:] == ("seed of the data", "3")


def test_columns_bear_the_names_of_what_they_are() -> None:
    mlp, cnn = {"convolutions": []}, {"convolutions": [{"channels": 4}]}
    data = DIGITS.model_copy(update={"name": "CIFAR-10"})
    settings = {"comparisons": [{"data": {"name": "cifar10"}, "models": [m]} for m in (mlp, cnn)]}
    table = settings_table(record(settings=settings, dataset=[data]))
    assert table.header == ("Setting", "CIFAR-10 MLPs", "CIFAR-10 CNNs")


def test_what_is_the_same_for_all_stands_in_the_caption() -> None:
    cases = [{"function": {"name": name}, "training": {"epochs": 9}} for name in ("sinc", "chirp")]
    table = settings_table(record(settings={"cases": cases, "runs": 4}))
    assert table.rows == (("function", "sinc", "chirp"),)
    assert table.caption == "Settings. The same for all: epochs: 9; runs: 4."


def test_many_networks_stand_in_two_columns_where_they_fit() -> None:
    def shown(number: int, words: str) -> Table:
        models = tuple(
            model(f"net {n}").model_copy(update={"architecture": words}) for n in range(number)
        )
        return models_table(record(models=models))

    narrow, wide = shown(13, "10-8-10, ReLU"), shown(13, "convolutions of many words and sizes")
    assert [len(table.rows) for table in (shown(12, "10-8-10, ReLU"), wide, narrow)] == [12, 13, 7]
    assert [row[0] for row in narrow.rows] == [f"net {n}" for n in range(7)]
    assert [row[4] for row in narrow.rows] == [*(f"net {n}" for n in range(7, 13)), ""]


@pytest.mark.parametrize("first", ["comparisons", "seeds"])
def test_an_alternative_with_seeds_of_its_own_shows_them(first: str) -> None:
    mlp = {"data": {"name": "mnist"}, "models": [{"convolutions": []}]}
    given = {"comparisons": [mlp, {**mlp, "seeds": [0, 1]}], "seeds": [0, 1, 2]}
    settings = {first: given[first], **given}
    rows = settings_table(record(settings=settings)).rows
    assert rows == (("seeds", "0 to 2", "0 and 1"),)
