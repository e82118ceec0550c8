"""Each contradiction is found before training, named with its key, and can be acknowledged."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from experiments.settings.consistency import CONTRADICTIONS, WEAKNESSES, notes
from experiments.suite import SUITES, Suite, load_suite
from report.errors import UserError

FUNCTION = """
    [tasks.simulate-function]
    functions = ["sine"]
    models = [{ name = "a", hidden = [8] }, { name = "b", hidden = [2, 5], activation = "tanh" }]
    training = { loss = "mse", epochs = 10 }
    seeds = [0, 1]
"""
IMAGES = """
    [tasks.train-on-task]
    seeds = [0, 1]
    [[tasks.train-on-task.comparisons]]
    data = { name = "digits" }
    training = { loss = "cross_entropy", epochs = 10, batch_size = 64 }
    models = [{ name = "a", hidden = [8] }, { name = "b", hidden = [4] }]
"""
LABELS = """
    [tasks.random-labels]
    data = { name = "digits" }
    model = { name = "a", hidden = [8] }
    training = { loss = "cross_entropy", epochs = 10 }
    seeds = [0, 1]
"""
SIZES = """
    [tasks.parameter-count]
    data = { name = "digits" }
    training = { loss = "cross_entropy", epochs = 10 }
    models = [
      { name = "1", hidden = [1] }, { name = "2", hidden = [2] }, { name = "3", hidden = [3] },
      { name = "4", hidden = [4] }, { name = "5", hidden = [5] }, { name = "6", hidden = [6] },
      { name = "7", hidden = [7] }, { name = "8", hidden = [8] }, { name = "9", hidden = [9] },
      { name = "50", hidden = [50] },
    ]
    seeds = [0, 1, 2]
"""

# Task, what to replace by what, the name (empty: cannot be acknowledged), key and words of the
# message.
CASES = [
    (IMAGES, "hidden = [8]", 'hidden = [8], output = "softmax"', "softmax-before-cross-entropy",
     "comparisons.0.models.0.output", 'model "a" ends in a softmax'),
    (IMAGES, "cross_entropy", "mse_log_softmax", "mse-on-log-softmax",
     "comparisons.0.training.loss", "never reaches 1"),
    (IMAGES, "batch_size = 64", "batch_size = 1438", "batch-exceeds-data",
     "comparisons.0.training.batch_size", "1438 is larger than the 1437"),
    (IMAGES, "epochs = 10", "epochs = 10, schedule = { every = 10, factor = 0.1 }",
     "schedule-never-acts", "comparisons.0.training.schedule.every", "every 10 epochs"),
    (IMAGES, "epochs = 10", "epochs = 10, stop = { min_change = 1e-6, patience = 10 }",
     "stop-never-acts", "comparisons.0.training.stop.patience", "patience of 10"),
    (FUNCTION, "hidden = [2, 5]", "hidden = [2, 6]", "unequal-size", "models",
     'differ by 16.00%: "a" has 25 parameters, "b" 29'),
    (FUNCTION, 'hidden = [2, 5], activation = "tanh"', 'hidden = [8], activation = "tanh"',
     "equal-depth", "models", "all models have the same depth, 1"),
    (FUNCTION, ', { name = "b", hidden = [2, 5], activation = "tanh" }', "", "too-few-models",
     "models", "the task has 1 model, fewer than the 2 that the homework asks"),
    (IMAGES, ', { name = "b", hidden = [4] }', "", "too-few-models", "comparisons.0.models",
     "the task has 1 model, fewer than the 2 that the homework asks"),
    (LABELS, "seeds", "fractions = [0.0, 0.5]\nseeds", "fractions-incomplete", "fractions",
     "lacks random labels (1)"),
    (SIZES, '{ name = "9", hidden = [9] },', "", "too-few-structures", "models",
     "the task has 9 structures, fewer than the 10"),
    (SIZES, "hidden = [50]", "hidden = [20]", "narrow-size-range", "models", "times"),
    (SIZES, "[0, 1, 2]", "[0, 1]", "too-few-seeds", "seeds",
     "2 seeds, fewer than the 3 from which a spread can be seen"),
    (SIZES, '"50", hidden = [50]', '"50", convolutions = [{ channels = 80, kernel = 1 }]',
     "two-families", "models", "with and without convolutions"),
    (FUNCTION, 'loss = "mse"', 'loss = "cross_entropy"', "", "training.loss", "a regression"),
    (FUNCTION, 'activation = "tanh"', 'output = "softmax"', "", "models.1.output",
     "softmax output on a regression"),
    (FUNCTION, 'loss = "mse"', 'loss = "mse", optimizer = "lbfgs", batch_size = 4', "",
     "training.batch_size", "whole training set"),
    (FUNCTION, 'loss = "mse"',
     'loss = "mse", schedule = { name = "OneCycleLR", max_lr = 1, total_steps = 2 }',
     "", "training.schedule", "OneCycleLR ends after 2 epochs"),
    (IMAGES, "hidden = [8]", "convolutions = [{ channels = 4, kernel = 9 }]", "",
     "comparisons.0.models.0", "nothing is left of the image after convolution 1"),
    (FUNCTION, "hidden = [8] }", "convolutions = [{ channels = 4 }] }", "", "models.0",
     "convolutions need images"),
    (FUNCTION, '"b"', '"a"', "", "models", '"a" is given 2 times'),
    (FUNCTION, "[0, 1]", "[3, 3]", "", "seeds", '"3" is given 2 times'),
    (FUNCTION, '["sine"]', '["sine", "sine"]', "", "functions", '"sine" is given 2 times'),
    (LABELS, "seeds", "fractions = [0, 1, 1]\nseeds", "", "fractions", "given 2 times"),
]  # fmt: skip
IDS = [f"{case[3] or 'fatal'}-{case[4]}-{number}" for number, case in enumerate(CASES)]


def load(folder: Path, table: str) -> Suite:
    file = folder / "tried.toml"
    file.write_text(dedent(table), encoding="utf-8")
    return load_suite(str(file))


def acknowledging(table: str, *names: str) -> str:
    first, _, rest = dedent(table).lstrip().partition("\n")
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"{first}\nacknowledge = [{quoted}]\n{rest}"


@pytest.mark.parametrize("table", [FUNCTION, IMAGES, LABELS, SIZES])
def test_the_tables_as_they_stand_contradict_nothing(table: str, tmp_path: Path) -> None:
    for settings in load(tmp_path, table).tasks.values():
        assert notes(settings) == ()


def chosen(*, weak: bool) -> dict[str, object]:
    kept = [n for n, case in enumerate(CASES) if (case[3] in WEAKNESSES) == weak]
    return {"argvalues": [CASES[n] for n in kept], "ids": [IDS[n] for n in kept]}


@pytest.mark.parametrize(("table", "old", "new", "name", "key", "words"), **chosen(weak=False))
def test_a_contradiction_stops_the_suite(
    table: str, old: str, new: str, name: str, key: str, words: str, tmp_path: Path
) -> None:
    assert old in table
    with pytest.raises(UserError) as caught:
        load(tmp_path, table.replace(old, new))
    fault, *way_out = caught.value.lines
    task = f"{tmp_path / 'tried.toml'}: tasks.{table.partition('[tasks.')[2].partition(']')[0]}"
    assert fault.startswith(f"{task}.{key}: ")
    assert words in fault
    if name:
        assert way_out == [f'{task}: to run it as it is, write there: acknowledge = ["{name}"]']
    else:
        assert way_out == []


@pytest.mark.parametrize(("table", "old", "new", "name", "key", "words"), **chosen(weak=True))
@pytest.mark.parametrize("acknowledged", [False, True])
def test_a_weakness_is_accepted_and_noted(
    table: str, old: str, new: str, name: str, key: str, words: str, acknowledged: bool,
    tmp_path: Path,
) -> None:  # fmt: skip
    table = table.replace(old, new)
    suite = load(tmp_path, acknowledging(table, name) if acknowledged else table)
    (settings,) = suite.tasks.values()
    (note,) = notes(settings)
    assert words.lower() in note.lower()
    assert note[0].isupper() and note.endswith(".") and "acknowledged" not in note


@pytest.mark.parametrize(
    ("table", "old", "new", "name", "key", "words"),
    [case for case in CASES if case[3] in CONTRADICTIONS],
)
def test_an_acknowledged_contradiction_becomes_a_note(
    table: str, old: str, new: str, name: str, key: str, words: str, tmp_path: Path
) -> None:
    suite = load(tmp_path, acknowledging(table.replace(old, new), name))
    (settings,) = suite.tasks.values()
    (note,) = notes(settings)
    assert words.lower() in note.lower()
    assert note.endswith(f"(acknowledged: {name}).")


def test_every_finding_has_a_known_name() -> None:
    sources = Path(SUITES).parent
    texts = "".join(p.read_text() for part in ("settings", "tasks") for p in
                    sorted((sources / part).glob("*.py")))  # fmt: skip
    used = set(re.findall(r'(?:Finding|too_few)\(\s*"([a-z-]+)"', texts))
    assert len(used) > 8
    assert used <= CONTRADICTIONS | WEAKNESSES
    assert not CONTRADICTIONS & WEAKNESSES


@pytest.mark.parametrize("name", sorted(CONTRADICTIONS | WEAKNESSES))
def test_a_name_that_was_once_needed_stays_accepted(name: str, tmp_path: Path) -> None:
    (settings,) = load(tmp_path, acknowledging(FUNCTION, name)).tasks.values()
    assert notes(settings) == ()


ON_LOG_SOFTMAX = IMAGES.replace("cross_entropy", "mse_log_softmax")
SOFTMAX_TWICE = ON_LOG_SOFTMAX.replace("[8]", '[8], output = "softmax"')


@pytest.mark.parametrize(
    ("table", "acknowledged", "message"),
    [
        (ON_LOG_SOFTMAX, "mse-on-logsoftmax", 'did you mean "mse-on-log-softmax"'),
        (FUNCTION, "one-eye", r'acknowledge: nothing is called "one-eye"; remove it'),
        (ON_LOG_SOFTMAX.replace("= 64", "= 5000"), "mse-on-log-softmax", "5000 is larger"),
        (SOFTMAX_TWICE, "mse-on-log-softmax", 'model "a" ends in a softmax'),
    ],
    ids=["misspelled", "nothing known", "hides no other", "softmax beside the loss"],
)
def test_an_acknowledgment_that_is_not_enough(
    table: str, acknowledged: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=message):
        load(tmp_path, acknowledging(table, acknowledged))


def test_two_acknowledgments(tmp_path: Path) -> None:
    assert load(tmp_path, acknowledging(SOFTMAX_TWICE, "mse-on-log-softmax", "softmax-twice"))


def test_a_batch_in_a_list_of_batch_sizes_is_named(tmp_path: Path) -> None:
    table = """
    [tasks.sensitivity]
    data = { name = "digits" }
    model = { name = "a", hidden = [8] }
    training = { loss = "cross_entropy", epochs = 10, batch_size = 64 }
    batch_sizes = [16, 32, 64, 128, 5000]
    learning_rates = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
    seeds = [0, 1, 2]
    """
    with pytest.raises(UserError, match=r"sensitivity\.batch_sizes\.4: a batch of 5000 is larger"):
        load(tmp_path, table)


def test_sizes_within_one_percent_are_equal(tmp_path: Path) -> None:
    # 3·100 + 1 = 301 parameters against 2 + 3·100 + 1 = 303, 0.7 % more, and 306, 1.7 % more.
    table = FUNCTION.replace("[8]", "[100]")
    assert load(tmp_path, table.replace("[2, 5]", "[1, 100]"))
    with pytest.raises(UserError, match=r"differ by 1\.66%"):
        load(tmp_path, table.replace("[2, 5]", "[1, 101]"))


def test_models_not_meant_to_be_equal_may_differ(tmp_path: Path) -> None:
    table = FUNCTION.replace("[2, 5]", "[80]")
    assert load(tmp_path, table.replace("seeds", "equal_size = false\n    seeds"))


@pytest.mark.parametrize(
    "key", ["training.epochs", "training", "models.1.hidden", "models.hidden", "functions.domain"]
)
def test_a_chosen_key_is_a_setting(key: str, tmp_path: Path) -> None:
    table = FUNCTION.replace("seeds =", f'chosen = ["{key}"]\n    seeds =')
    assert load(tmp_path, table)


def test_a_chosen_key_that_is_no_setting_is_an_error(tmp_path: Path) -> None:
    table = FUNCTION.replace("seeds =", 'chosen = ["training.epoch"]\n    seeds =')
    with pytest.raises(UserError, match=r'"training\.epoch" is no setting; did you mean'):
        load(tmp_path, table)


@pytest.mark.parametrize("suite", sorted(path.stem for path in SUITES.glob("*.toml")))
def test_every_suite_of_ours_is_consistent(suite: str) -> None:
    assert load_suite(suite, smoke=True).tasks
