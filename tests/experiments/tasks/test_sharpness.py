"""Sharpness of the solutions of sensitivity: nothing trained twice, keys follow the settings."""

from pathlib import Path
from typing import Any

import pytest
import torch

from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.engine.group import GroupTraining
from experiments.freshness import basis
from experiments.settings.consistency import faults
from experiments.suite import load_suite
from experiments.tasks import sensitivity, sharpness
from experiments.tasks.sharpness import FACTORS, Settings
from report.errors import UserError
from tests.experiments.tasks.plain import LOSSES, examples, hessian, network

SUITE = """
[tasks.sensitivity]
data = {{ name = "digits", train_size = 100, test_size = 40 }}
model = {{ name = "mlp", hidden = [6] }}
training = {{ loss = "cross_entropy", epochs = {epochs}, batch_size = 20 }}
batch_sizes = [20, 50]
learning_rates = [1e-3, 1e-2]
seeds = [0, 1]
acknowledge = ["too-few-seeds", "too-few-batch-sizes", "too-few-learning-rates"]

[tasks.sharpness]
images = 60
steps = 3
trace_draws = 16
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """A context that keeps what was trained and measured."""
    folder = tmp_path_factory.mktemp("kept")
    return Context(torch.device("cpu"), folder, Cache(folder / "trained"))


def written(folder: Path, text: str) -> str:
    file = folder / "own.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = load_suite(written(tmp_path, SUITE.format(epochs=2))).tasks["sharpness"]
    assert isinstance(found, Settings)
    return found


def test_the_solutions_are_those_of_sensitivity_and_trained_once(
    settings: Settings, kept: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs = []
    batches = GroupTraining._batches

    def counted(self: GroupTraining) -> Any:
        epochs.append(self)
        return batches(self)

    monkeypatch.setattr(GroupTraining, "_batches", counted)
    solved = sensitivity.run(settings.solutions, kept).metrics.solutions
    assert len(epochs) > 0
    epochs.clear()
    measured = sharpness.run(settings, kept).metrics
    assert epochs == []
    assert measured.images == 60
    for own, row in zip(solved, measured.solutions, strict=True):
        for name in ("batch_size", "learning_rate", "seed"):
            assert getattr(row, name) == getattr(own, name)
        assert row.train_loss == own.final_train_loss
        assert row.loss_gap == own.final_test_loss - own.final_train_loss
        assert row.accuracy_gap == own.final_train_accuracy - own.final_test_accuracy
        assert row.largest_eigenvalue > 0
        assert row.epsilon_sharpness > 0
        assert row.trace_draws == 16


def test_what_was_measured_is_not_measured_again(
    settings: Settings, kept: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sharpness.run(settings, kept).metrics

    def refuse(*_: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr(sharpness._Measures, "_measure", refuse)
    assert sharpness.run(settings, kept).metrics == first
    with pytest.raises(AssertionError, match="measured again"):
        sharpness.run(settings.model_copy(update={"epsilon": 5e-4}), kept)


@pytest.mark.parametrize(("loss", "plain"), LOSSES[:2], ids=str)
def test_a_loss_with_arguments_is_measured_as_it_is(
    loss: dict[str, Any], plain: torch.nn.Module, settings: Settings, context: Context
) -> None:
    trained = settings.solutions.model_dump() | {"batch_sizes": (20,), "learning_rates": ()}
    trained["training"]["loss"] = loss
    solved = sensitivity.Settings.model_validate(trained)
    given = settings.model_copy(update={"solutions": solved, "eigenvalue_tolerance": 1e-6})
    row = sharpness.run(given, context).metrics.solutions[0]
    _, outcome = sensitivity.solutions(solved, context)[0]
    net = network(outcome.parameters, 64, 6, 10)
    images, classes = (part[:60] for part in examples(outcome.run.problem, "train"))
    value = plain(net(images), classes)
    slopes = torch.autograd.grad(value, list(net.parameters()))
    norm = torch.cat([slope.flatten() for slope in slopes]).norm().item()
    assert row.loss_on_images == pytest.approx(value.item(), rel=1e-6)
    assert row.gradient_norm == pytest.approx(norm, rel=1e-5)
    largest = torch.linalg.eigvalsh(hessian(plain, net, images, classes))[-1].item()
    assert row.largest_eigenvalue == pytest.approx(largest, rel=1e-3, abs=1e-9)


def test_rescaling_changes_the_sharpness_and_nothing_else(
    settings: Settings, kept: Context
) -> None:
    rows = sharpness.run(settings, kept).metrics.rescaling
    assert [row.factor for row in rows] == list(FACTORS)
    assert {row.test_loss for row in rows} == {rows[0].test_loss}
    assert {row.loss_on_images for row in rows} == {rows[0].loss_on_images}
    assert rows[-1].largest_eigenvalue != pytest.approx(rows[0].largest_eigenvalue, rel=0.05)
    assert len({row.epsilon_sharpness for row in rows}) == len(FACTORS)


def test_without_a_homogeneous_activation_nothing_is_rescaled(
    settings: Settings, context: Context
) -> None:
    smooth = settings.solutions.model.model_copy(update={"activation": "tanh"})
    changed = settings.model_copy(
        update={"solutions": settings.solutions.model_copy(update={"model": smooth})}
    )
    metrics = sharpness.run(changed.smoke(), context).metrics
    assert metrics.rescaling == []
    assert "homogeneous" in metrics.rescaling_reason


def test_a_diverged_solution_says_so(settings: Settings, context: Context) -> None:
    training = settings.solutions.training.model_copy(update={"epochs": 8, "optimizer": "sgd"})
    rates = (1e-3, 1e9)
    leaky = settings.solutions.model.model_copy(update={"activation": "leaky_relu"})
    solutions = settings.solutions.model_copy(
        update={"training": training, "learning_rates": rates, "model": leaky}
    )
    measured = sharpness.run(settings.model_copy(update={"solutions": solutions}), context)
    assert measured.diverged
    rows = measured.metrics.solutions
    assert len({frozenset(row) for row in measured.metrics.content()["solutions"]}) == 1
    for row in rows:
        lost = row.learning_rate == 1e9
        assert (row.trace is None) == (row.loss_gap is None) == lost
        assert (row.reason is None) == (not lost)


def test_dead_networks_are_flat(settings: Settings, context: Context) -> None:
    """Plain ReLU units die at once at such a rate, and the loss stays finite."""
    training = settings.solutions.training.model_copy(update={"optimizer": "sgd"})
    rates = (1e-3, 1e7)
    solutions = settings.solutions.model_copy(
        update={"training": training, "learning_rates": rates, "seeds": (0,)}
    )
    measured = sharpness.run(settings.model_copy(update={"solutions": solutions}), context)
    dead = measured.metrics.solutions[-1]
    assert dead.learning_rate == 1e7
    assert not measured.diverged
    assert dead.largest_eigenvalue == dead.trace == 0.0


def test_the_key_follows_the_settings_of_sensitivity(tmp_path: Path) -> None:
    before, after = (
        load_suite(written(tmp_path, SUITE.format(epochs=epochs))) for epochs in (2, 3)
    )
    assert basis(before, "sharpness").key != basis(after, "sharpness").key
    changed = before.tasks["sharpness"], after.tasks["sharpness"]
    assert [settings.solutions.training.epochs for settings in changed] == [2, 3]  # type: ignore[attr-defined]


def test_sharpness_alone_needs_solutions(tmp_path: Path) -> None:
    text = SUITE.format(epochs=2)
    alone = text[text.index("[tasks.sharpness]") :]
    with pytest.raises(UserError, match=r"tasks\.sharpness\.solutions: is left out.*sensitivity"):
        load_suite(written(tmp_path, alone))
    inner = text[: text.index("[tasks.sharpness]")].replace(
        "[tasks.sensitivity]", "[tasks.sharpness.solutions]"
    )
    own = load_suite(written(tmp_path, inner + alone)).tasks["sharpness"]
    assert isinstance(own, Settings)
    assert own.solutions.seeds == (0, 1)


def test_more_images_than_there_are(settings: Settings) -> None:
    assert faults(settings) == []
    found = faults(settings.model_copy(update={"images": 101}))
    assert [fault.key for fault in found] == ["images"]


def test_smoke_is_small(settings: Settings, context: Context) -> None:
    measured = sharpness.run(settings.smoke(), context).metrics
    assert measured.images == 20
    assert max(row.trace_draws for row in measured.solutions) == 4


@pytest.mark.sweep
def test_every_regime_epsilon_and_sample(settings: Settings, kept: Context) -> None:
    solved = settings.solutions.model_copy(
        update={"equal_loss": sensitivity.EqualLoss(loss=2.1, epochs=3)}
    )
    several = settings.model_copy(
        update={"solutions": solved, "epsilon": (1e-3, 1e-2), "whole": 2, "double": True}
    )
    measured = sharpness.run(several, kept).metrics
    assert measured.epsilons == (1e-3, 1e-2)
    own = sensitivity.run(solved, kept).metrics.equal_loss
    assert 0 < sum(row.stopped_at is None for row in own) < len(own)
    for ended, row in zip(own, measured.equal_loss, strict=True):
        assert (row.stopped_at, row.train_loss) == (ended.stopped_at, ended.final_train_loss)
        assert (row.trace is None) == (row.stopped_at is None) == (row.reason is not None)
    first, last = measured.solutions[0], measured.solutions[-1]
    assert [row.seed for row in measured.whole] == [first.seed, last.seed]
    assert {row.images for row in measured.whole} == {100}
    assert measured.whole[0].trace != first.trace
    for row in measured.solutions:
        assert row.by_epsilon[0] == pytest.approx(row.epsilon_sharpness, rel=1e-5)
        assert row.by_epsilon[1] > row.by_epsilon[0]


@pytest.mark.sweep
def test_measures_against_slow_float64_computation(settings: Settings, kept: Context) -> None:
    """One hidden layer, by hand: autograd's whole Hessian, and the slope term by term."""
    solved = settings.solutions
    several = settings.model_copy(update={"epsilon": 1e-4, "whole": 1})
    measured = sharpness.run(several, kept).metrics
    outcome = sensitivity.solutions(solved, kept)[0][1]
    problem = outcome.run.problem
    images = (problem.inputs.double() / 255 - problem.mean[0]) / problem.std[0]
    flat, theta = images.flatten(1), outcome.parameters.double()

    def loss(parameters: torch.Tensor) -> torch.Tensor:
        pixels = flat.shape[1]
        cuts = [6 * pixels, 6, 60, 10]
        weight, bias, out, out_bias = parameters.split(cuts)
        hidden = torch.relu(flat @ weight.view(6, pixels).T + bias)
        scores = hidden @ out.view(10, 6).T + out_bias
        return torch.nn.functional.cross_entropy(scores, problem.targets)

    hessian = torch.autograd.functional.hessian(loss, theta)
    gradient = torch.autograd.functional.jacobian(loss, theta)
    row = measured.whole[0]
    assert row.loss_on_images == pytest.approx(loss(theta).item(), rel=1e-6)
    assert row.largest_eigenvalue == pytest.approx(
        torch.linalg.eigvalsh(hessian)[-1].item(), rel=2e-3
    )
    assert abs(row.trace - hessian.trace().item()) < 5 * row.trace_standard_error
    slope = sum(
        1e-4 * (abs(value) + 1) * abs(grown)
        for value, grown in zip(theta.tolist(), gradient.tolist(), strict=True)
    )
    whole = row.epsilon_sharpness / 100 * (1 + row.loss_on_images)
    assert row.first_order == pytest.approx(slope / whole, rel=1e-5)
    assert 0.5 < row.first_order < 1.5  # so near, the slope is most of it
