"""The table of runs ended by a stopping rule stands beside those of full length."""

from typing import Any

from report.sections.simulate_function.figures import section
from tests.report.records.build import model, record


def rows(losses: list[float | None], stopped: list[int | None]) -> list[dict[str, Any]]:
    return [
        {
            "function": "sine",
            "model": "deep",
            "seed": seed,
            "diverged_at": None if loss is not None else 1,
            "stopped_at": epoch,
            "epoch": [0, 10],
            "train_loss": [1.0, loss],
            "test_loss": [1.0, loss],
        }
        for seed, (loss, epoch) in enumerate(zip(losses, stopped, strict=True))
    ]


def made(**more: Any) -> Any:
    runs = rows([0.1, 0.2, 0.3], [None, None, None])
    metrics = {"functions": [{"function": "sine", "formula": "f(x)"}], "runs": runs, **more}
    return record(metrics=metrics, models=(model("deep"),))


def test_epochs_and_losses_are_medians_of_what_ended() -> None:
    stopped = rows([0.4, 0.6, None], [30, None, 50])
    tables = {table.name: table for table in section(made(stopped=stopped)).tables}
    (row,) = tables["stopped"].rows
    assert row[2:] == ("2 of 3", "40", "0.500", "0.200")


def test_without_a_rule_there_is_no_table() -> None:
    assert "stopped" not in {table.name for table in section(made()).tables}


def test_one_seed_has_no_best_and_worst() -> None:
    once = made(runs=rows([0.1], [None]))
    (table,) = (table for table in section(once).tables if table.name == "results")
    assert table.header == ("Function", "Model", "Train loss", "Test loss", "n")
    (several,) = (table for table in section(made()).tables if table.name == "results")
    assert "Train, worst" in several.header
