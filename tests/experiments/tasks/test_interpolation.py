"""Lines between trained solutions: the ends, the pairing of seeds, what is caught and what lost."""

from typing import Any

import pytest
import torch
from pydantic import ValidationError

from experiments.engine.context import Context
from experiments.settings.consistency import faults, findings, notes
from experiments.tasks.interpolation import Alphas, Settings, _names, _solutions, run
from tests.experiments.tasks.plain import LOSSES, examples, network


@pytest.fixture
def table() -> dict[str, Any]:
    slow = {"learning_rate": 1e-3}
    fast = {"learning_rate": 1e-2}
    return {
        "data": {"name": "digits", "train_size": 100, "test_size": 40},
        "model": {"name": "mlp", "hidden": [8]},
        "training": {"loss": "cross_entropy", "epochs": 3},
        "pairs": [
            {"first": {"batch_size": 10, **rate}, "second": {"batch_size": 50, **rate}}
            for rate in (slow, fast)
        ],
        "seeds": [3, 5, 8],
    }


def test_every_line_begins_and_ends_at_its_solutions(
    table: dict[str, Any], context: Context
) -> None:
    metrics = run(Settings.model_validate(table), context).metrics
    alphas = metrics.alphas
    assert len(alphas) == 61
    assert (alphas[0], alphas[-1]) == (-1, 2)
    solutions = {(row.batch_size, row.learning_rate, row.seed): row for row in metrics.solutions}
    assert len(solutions) == 12
    assert len(metrics.lines) == 12
    for row in metrics.lines:
        for end, alpha in (("first", 0.0), ("second", 1.0)):
            own = solutions[
                tuple(
                    getattr(row, f"{end}_{key}") for key in ("batch_size", "learning_rate", "seed")
                )
            ]
            at = alphas.index(alpha)
            for name, rel in (("loss", 2e-5), ("accuracy", 1e-5)):
                for split in ("train", "test"):
                    final = getattr(own, f"final_{split}_{name}")
                    assert getattr(row, f"{split}_{name}")[at] == pytest.approx(final, rel=rel)
        assert row.train_barrier >= 0
        middle = [
            loss - ((1 - a) * row.train_loss[20] + a * row.train_loss[40])
            for a, loss in zip(alphas, row.train_loss, strict=True)
            if 0 <= a <= 1
        ]
        assert row.train_barrier == pytest.approx(max(middle), rel=1e-3, abs=1e-5)


@pytest.mark.parametrize(("loss", "plain"), LOSSES, ids=str)
def test_a_loss_with_arguments_is_that_of_plain_torch_along_the_line(
    loss: dict[str, Any], plain: torch.nn.Module, table: dict[str, Any], context: Context
) -> None:
    table["training"]["loss"] = loss
    settings = Settings.model_validate(table | {"pairs": table["pairs"][:1], "starts": ["same"]})
    metrics = run(settings, context).metrics
    (case,) = settings.listed()
    solved = _solutions(case, context)
    (pair,) = case.pairs
    row = metrics.lines[0]
    first, second = (solved[side, row.first_seed] for side in (pair.first, pair.second))
    for alpha in (0.0, 0.5, 1.0):
        between = torch.lerp(first.parameters.double(), second.parameters.double(), alpha)
        net, at = network(between, 64, 8, 10), metrics.alphas.index(alpha)
        for split, measured in (("train", row.train_loss), ("test", row.test_loss)):
            images, classes = examples(first.run.problem, split)
            assert measured[at] == pytest.approx(plain(net(images), classes).item(), rel=2e-5)


def test_seeds_of_both_starts(table: dict[str, Any], context: Context) -> None:
    lines = run(Settings.model_validate(table), context).metrics.lines
    seeds = {(row.start, row.first_seed, row.second_seed) for row in lines}
    same = {("same", s, s) for s in (3, 5, 8)}
    assert seeds == same | {("different", 3, 5), ("different", 5, 8), ("different", 8, 3)}
    # Solutions that began at one point lie closer together.
    distance = {
        kind: max(row.distance for row in lines if row.start == kind)
        for kind in ("same", "different")
    }
    assert distance["same"] < 0.5 * distance["different"]


def test_a_diverged_solution_leaves_its_lines_empty(
    table: dict[str, Any], context: Context
) -> None:
    table["pairs"][1]["second"]["learning_rate"] = 1e9
    table["training"]["epochs"] = 6
    table["training"]["optimizer"] = "sgd"
    table["model"]["activation"] = "leaky_relu"
    measured = run(Settings.model_validate(table), context)
    assert measured.diverged
    for row in measured.metrics.lines:
        lost = row.pair == 1
        assert (row.train_loss is None) == lost
        assert (row.reason is None) == (not lost)
    assert len({frozenset(row) for row in measured.metrics.content()["lines"]}) == 1


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({"low": 0.5, "high": 2}, "narrow-alpha-range", "α from 0.5 to 2 misses a solution"),
        ({"low": -1, "high": 0.9}, "narrow-alpha-range", "misses a solution: they lie at 0 and 1"),
        ({"low": -0.25}, "narrow-alpha-range", "misses -0.5 or 1.5, which outward = 0.5 compares"),
        ({"high": 1.5}, "narrow-alpha-range", "covers less than"),
    ],
)
def test_a_range_that_misses_something(
    table: dict[str, Any], change: dict[str, Any], name: str, words: str
) -> None:
    (fault,) = faults(Settings.model_validate(table | {"alphas": change}))
    assert fault.name == name and words in fault.text


def test_a_line_has_two_positions() -> None:
    with pytest.raises(ValidationError, match="count"):
        Alphas.model_validate({"count": 1})


def test_what_the_pairs_override_and_a_pair_of_equals(table: dict[str, Any]) -> None:
    table["training"]["batch_size"] = 64
    table["pairs"][0]["second"] = table["pairs"][0]["first"]
    found = faults(Settings.model_validate(table))
    assert [fault.text.split(":")[0] for fault in found] == ["training.batch_size", "pairs.0"]


def test_a_side_takes_what_it_leaves_out_from_the_training(table: dict[str, Any]) -> None:
    table["training"] |= {"batch_size": 20, "learning_rate": 0.1}
    table["model"]["training"] = {"learning_rate": 0.2}
    table["pairs"] = [
        {"first": {}, "second": {"batch_size": None, "training": {"optimizer": "SGD"}}},
        {"first": {"learning_rate": 0.1}, "second": {"learning_rate": 0.3}},
    ]
    settings = Settings.model_validate(table)
    ends = [(a.batch_size, a.learning_rate) for a in settings.listed()[0].approaches()]
    assert ends == [(20, 0.2), (None, 0.2), (20, 0.1), (20, 0.3)]
    assert faults(settings) == []
    cases = Settings.model_validate({"cases": [table]})
    assert cases.listed()[0].pairs == settings.pairs
    assert Settings.model_validate(settings.model_dump()) == settings
    assert Settings.model_validate(settings.smoke().model_dump()).pairs == settings.smoke().pairs


def test_too_few_seeds(table: dict[str, Any]) -> None:
    assert faults(Settings.model_validate(table)) == []
    two = Settings.model_validate(table | {"seeds": [0, 1]})
    assert [found.name for found in findings(two)] == ["too-few-seeds"]
    assert faults(two) == [] and len(notes(two)) == 1
    assert faults(two.model_copy(update={"acknowledge": ("too-few-seeds",)})) == []
    alone = Settings.model_validate(table | {"seeds": [0], "starts": ["same"]})
    assert [found.name for found in findings(alone)] == ["too-few-seeds"]
    assert faults(alone) == []


def test_one_seed_gives_lines_of_a_common_start(table: dict[str, Any], context: Context) -> None:
    one = Settings.model_validate(table | {"seeds": [0]})
    assert faults(one) == []
    assert any("of a common start only" in note for note in notes(one))
    assert {row.start for row in run(one, context).metrics.lines} == {"same"}
    (fault,) = faults(Settings.model_validate(table | {"seeds": [0], "starts": ["different"]}))
    assert fault.key == "starts"


def test_smoke_keeps_the_approaches_apart(table: dict[str, Any], context: Context) -> None:
    table["data"] = {"name": "digits"}
    for pair in table["pairs"]:
        pair["second"]["batch_size"] = 1024
    small = Settings.model_validate(table).smoke()
    (case,) = small.listed()
    assert len(case.approaches()) == 4
    measured = run(small, context)
    assert not measured.diverged
    assert {-0.5, 0.0, 1.0, 1.5} < set(measured.metrics.alphas)
    assert torch.tensor(measured.metrics.lines[0].train_loss).isfinite().all()


def test_several_data_sets_are_told_apart(table: dict[str, Any], context: Context) -> None:
    flat = Settings.model_validate(table)
    assert "cases" not in flat.model_dump()
    alone = run(flat, context).metrics
    other = table | {"data": {"name": "shapes", "train_size": 40, "test_size": 20}, "seeds": [0, 1]}
    both = Settings.model_validate({"cases": [table, other]})
    assert Settings.model_validate(both.model_dump()) == both
    assert len(both.uses()) == 8 and len(both.image_data()) == 2
    metrics = run(both, context).metrics
    digits, shapes = dict.fromkeys(row.case for row in metrics.solutions)
    assert [row.pair for row in metrics.lines if row.case == shapes] == [2] * 4 + [3] * 4
    assert [row.train_loss for row in metrics.lines if row.case == digits] == [
        row.train_loss for row in alone.lines
    ]
    small = both.smoke()
    assert [len(case.seeds) for case in small.listed()] == [2, 2]
    assert len(run(small, context).metrics.lines) == 16


def test_cases_on_one_data_set_are_told_apart(table: dict[str, Any]) -> None:
    wide = table | {"model": {"name": "wide", "hidden": [20]}}
    title = Settings.model_validate(table).listed()[0].data.facts.name
    cases = [Settings.model_validate(one).listed()[0] for one in (table, wide, table)]
    assert _names(cases) == [f"{title}, mlp (1)", f"{title}, wide", f"{title}, mlp (2)"]


def test_one_form_or_the_other(table: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="seeds beside cases: move into every case"):
        Settings.model_validate({"cases": [table], "seeds": [0]})
    with pytest.raises(ValidationError, match="pairs, seeds required and missing; or give cases"):
        Settings.model_validate({key: table[key] for key in ("data", "model", "training")})
    table["pairs"][0]["second"] = table["pairs"][0]["first"]
    (fault,) = faults(Settings.model_validate({"cases": [table]}))
    assert fault.text.startswith("cases.0.pairs.0: ")


def test_growth_relative_to_the_norms_against_slow_float64_computation(
    table: dict[str, Any], context: Context
) -> None:
    settings = Settings.model_validate(table)
    solved = _solutions(settings.listed()[0], context)
    row = run(settings, context).metrics.lines[0]
    pair = settings.pairs[0]
    first, second = solved[pair.first, row.first_seed], solved[pair.second, row.second_seed]
    problem = first.run.problem
    images = (problem.inputs.double() / 255 - problem.mean[0]) / problem.std[0]
    flat = images.flatten(1)

    def loss(parameters: torch.Tensor) -> float:
        pixels = flat.shape[1]
        weight, bias, out, out_bias = parameters.split([8 * pixels, 8, 80, 10])
        hidden = torch.relu(flat @ weight.view(8, pixels).T + bias)
        scores = (hidden @ out.view(10, 8).T + out_bias).log_softmax(dim=1)
        picked = [scores[n, label].item() for n, label in enumerate(problem.targets.tolist())]
        return -sum(picked) / len(picked)

    start, end = first.parameters.double(), second.parameters.double()
    norms = [sum(x * x for x in one.tolist()) ** 0.5 for one in (start, end)]
    for at, away, norm, found in (
        (start, start - end, norms[0], row.first_relative_growth),
        (end, end - start, norms[1], row.second_relative_growth),
    ):
        beyond = at + 0.5 * norm / max(norms) * away
        assert found == pytest.approx((1 + loss(beyond)) / (1 + loss(at)), rel=1e-5)
