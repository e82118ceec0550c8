"""Suites: every bundled one is valid; what is wrong in one is named by file and key."""

from pathlib import Path

import pytest

from experiments.suite import chosen_tasks, load_suite, suite_names
from report.errors import UserError
from report.tasks import BY_NAME
from tests.project import TINY

NETWORK = "tasks.simulate-function.models.0"
TRAINING = "tasks.simulate-function.training"


@pytest.mark.parametrize("name", suite_names())
def test_bundled_suites_are_valid_at_full_size_and_smoke(name: str) -> None:
    full, smoke = load_suite(name), load_suite(name, smoke=True)
    assert full.name == name and full.title
    assert list(full.tasks) == [task for task in BY_NAME if task in full.tasks]
    assert list(smoke.tasks) == list(full.tasks)
    assert smoke.smoke and not full.smoke
    for task, settings in smoke.tasks.items():
        assert type(settings) is type(full.tasks[task])
        assert settings.smoke() == settings
        assert sum(use.training.epochs for use in settings.uses()) <= sum(
            use.training.epochs for use in full.tasks[task].uses()
        )


def test_all_suites_of_the_contract_are_there() -> None:
    references = {f"reference-{letter}" for letter in "abcde"}
    assert set(suite_names()) == {"quick", "full"} | references


WRONG = [
    ("[tasks.simulate-function]", "[tasks.simulate-funktion]",
     'tasks.simulate-funktion: no such task; did you mean "simulate-function"?'),
    ("title", "titel", 'titel: unknown key; did you mean "title"?'),
    ("equal_size = false", "equal_siz = false",
     'tasks.simulate-function.equal_siz: unknown key; did you mean "equal_size"?'),
    ("points = 12", "point = 12",
     'tasks.simulate-function.functions.0.point: unknown key; did you mean "points"?'),
    ("activation", "activaton", f'{NETWORK}.activaton: unknown key; did you mean "activation"?'),
    ("learning_rate = 0.01, epochs", "lerning_rate = 0.01, epochs",
     f'{TRAINING}.lerning_rate: unknown key; did you mean "learning_rate"?'),
    ("epochs = 30", "epochs = 0", f"{TRAINING}.epochs: must be at least 1 (given: 0)"),
    ("epochs = 30", 'epochs = "many"', '(given: "many")'),
    ("epochs = 30", 'epochs = "30"', '(given: "30")'),
    ("epochs = 30", "epochs = 1.5", "(given: 1.5)"),
    ("epochs = 30", "epochs = true", "(given: true)"),
    ("epochs = 30", "epochs = 10_000_000", "(given: 10000000)"),
    (", epochs = 30", "", f"{TRAINING}: give epochs or steps, one of the two"),
    ("learning_rate = 0.01, epochs", "learning_rate = -1.0, epochs", "(given: -1.0)"),
    ("learning_rate = 0.01, epochs", "learning_rate = nan, epochs", "(given: nan)"),
    ("learning_rate = 0.01, epochs", "learning_rate = inf, epochs", "(given: inf)"),
    ('loss = "mse"', 'loss = "mes"', f"{TRAINING}.loss"),
    ('loss = "mse"', 'loss = "cross_entropy"', "regression"),
    ('"tanh"', '"tan"', f"{NETWORK}.activation"),
    ("hidden = [3, 3]", "hidden = [3, 0]", "models.0"),
    ("hidden = [3, 3]", 'hidden = "3, 3"', "models.0.hidden"),
    ("seeds = [0, 1]", "seeds = []", "tasks.simulate-function.seeds"),
    ("seeds = [0, 1]", "seeds = [0, 0]", "seeds: \"0\" is given 2 times"),
    ("seeds = [0, 1]", "seeds = [0, true]", "seeds.1"),
    ("seeds = [0, 1]", "seeds = [0, 2020-01-01]", "seeds.1"),
    ("seeds = [0, 1]", "seeds = 3", "seeds: "),
    ("[tasks.simulate-function]", "[tasks]\nsimulate-function = 3\n[tasks.x]", "tasks.x"),
    ("seeds = [0, 1]\nmodels", "models", "tasks.simulate-function.seeds: is required"),
    ('"shallow"', '"deep"', '"deep" is given 2 times'),
    ('"digits"', '"digit"', "tasks.train-on-task.comparisons.0.data.name"),
    ("train_size = 60", "train_size = 60_000", "digits has 1437"),
    ("batch_size = 20", "batch_size = 0", "comparisons.0.training.batch_size"),
    ("equal_size = false", "", "unequal-size"),
    ("[tasks.simulate-function]", "[tasks.simulate-function", "not readable as TOML"),
    ("[tasks.simulate-function]", "[task.simulate-function]", "did you mean \"tasks\"?"),
    ("[tasks.simulate-function]", "[random-labels]\n[tasks.simulate-function]",
     "random-labels: unknown key; write [tasks.random-labels]"),
    ("[tasks.simulate-function]", "[author]\n[tasks.simulate-function]",
     "author: unknown key; it belongs in homework.toml"),
    ('"deep"', '" \u3000 "', "models.0.name: is blank; write a name"),
    ('"deep"', '"de\\nep"', "models.0.name: has a line break"),
    ('"deep"', '"\\u001b[31m"', "models.0.name: has a line break or another control character"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says"), WRONG, ids=[f"{w[1]} {w[2]}" for w in WRONG])
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = tmp_path / "mine.toml"
    assert old in TINY
    path.write_text(TINY.replace(old, new, 1))
    with pytest.raises(UserError) as refused:
        load_suite(str(path))
    lines = refused.value.lines
    assert any(says in line for line in lines)
    for line in lines:
        assert line.startswith(f"{path}: ")
        assert "\n" not in line.strip()


@pytest.mark.parametrize("text", ["", "title = 'x'\n", "tasks = 3\n", "[tasks]\n"])
def test_a_suite_without_tasks(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(UserError, match="tasks: is missing"):
        load_suite(str(path))


@pytest.mark.parametrize("name", ["", ".toml", "../quick", "quick.tml", "/", "a" * 300, "quick\n"])
def test_odd_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError):
        load_suite(name)


def test_not_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"title = '\xff'")
    with pytest.raises(UserError, match="byte 10 is not UTF-8; save the file as"):
        load_suite(str(path))
    with pytest.raises(UserError, match="a folder in the place of"):
        load_suite(str(tmp_path.rename(tmp_path.with_suffix(".toml"))))


def test_chosen_tasks_have_the_order_of_the_suite(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TINY)
    suite = load_suite(str(path))
    assert chosen_tasks(suite, []) == ["simulate-function", "train-on-task"]
    assert chosen_tasks(suite, ["train-on-task", "simulate-function"]) == list(suite.tasks)
    assert chosen_tasks(suite, ["train-on-task"]) == ["train-on-task"]
    with pytest.raises(UserError, match='did you mean "train-on-task"'):
        chosen_tasks(suite, ["train-on-tsk"])
