"""All faults of a suite in one call, with suggestions that mean it."""

from pathlib import Path

import pytest
from PIL import Image

from experiments.settings.consistency import notes
from experiments.suite import load_suite
from report.errors import UserError, nearest

IMAGES = """
[tasks.train-on-task]
seeds = [0]
[[tasks.train-on-task.comparisons]]
data = { name = "digits" }
training = { loss = "cross_entropy", batch_size = 64, epochs = 5 }
models = [{ name = "a", hidden = [32] }, { name = "b", hidden = [16, 16] }]
"""
AT = "tasks.train-on-task"
TRAINING = f"{AT}.comparisons.0.training"
MODEL = f"{AT}.comparisons.0.models.0"


def faults(folder: Path, text: str) -> list[str]:
    """The lines of the refusal, without the file; none where the suite is accepted."""
    path = folder / "tried.toml"
    path.write_text(text, encoding="utf-8")
    try:
        load_suite(str(path))
    except UserError as error:
        assert all(line.startswith(f"{path}: ") and "\n" not in line for line in error.lines)
        return [line.removeprefix(f"{path}: ") for line in error.lines]
    return []


def test_all_faults_at_once_and_what_to_acknowledge(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        """
        titel = "One fault at a time"
        questions = ["1-1", "1-7"]
        [tasks.simulate-function]
        functions = ["sinc"]
        models = [{ name = "a", hidden = [10, 10] }, { name = "b", hidden = [190] }]
        training = { loss = "mse", epochs = 0 }
        seeds = [0, 1, 2]
        [tasks.train-on-task]
        acknowledge = ["too-few-seeds"]
        seeds = [0, 1, 2]
        [[tasks.train-on-task.comparisons]]
        data = { name = "digits" }
        training = { loss = "cross_entropy", batch_size = 4096, epochs = 5, warmup = 3 }
        models = [{ name = "c", hidden = [32], output = "softmax" }, { name = "c", hidden = [16] }]
        [tasks.train-on-tusk]
        [slurm]
        cpus = 0
        """,
    )
    begins = [
        'titel: unknown key; did you mean "title"?',
        'tasks.train-on-tusk: no such task; did you mean "train-on-task"?',
        'questions.1: the homework has no part or task "1-7"',
        "slurm.cpus: must be at least 1 (given: 0)",
        "tasks.simulate-function.training.epochs: must be at least 1 (given: 0)",
        "tasks.simulate-function.models: models meant to be equal in size differ",
        'tasks.simulate-function: to run it as it is, write there: acknowledge = ["unequal-size"]',
        f"{TRAINING}.warmup: unknown key; known: optimizer, ",
        f'{AT}.comparisons.0.models: "c" is given 2 times',
        f'{MODEL}.output: model "c" ends in a softmax',
        f"{TRAINING}.batch_size: a batch of 4096 is larger than the 1437",
        f'{AT}: to run it as it is, write there: acknowledge = ["too-few-seeds", '
        '"batch-exceeds-data", "softmax-before-cross-entropy"]',
    ]
    assert len(found) == len(begins), found
    for begin in begins:
        assert any(line.startswith(begin) for line in found), begin


SUGGESTIONS = [
    ("epochs = 5", "epochs = 5, stop = 3", f"{TRAINING}.stop: must be a table (given: 3)"),
    ("epochs = 5", "epochs = 5, lr = 0.1",
     f'{TRAINING}.lr: unknown key; did you mean "learning_rate"?'),
    ("epochs = 5", "epochs = 5, Momentum = 0.1",
     f'{TRAINING}.Momentum: unknown key; did you mean "momentum"?'),
    ("seeds = [0]", "seed = 0", f'{AT}.seed: unknown key; did you mean "seeds"?'),
    ("seeds = [0]", "seeds = [0]\nbatch_size = 3",
     f'{AT}.batch_size: unknown key; it belongs in "comparisons.training"'),
    ("[32]", "46", f"{MODEL}.hidden: must be a list, [46] (given: 46)"),
    ("[32]", '[32], activation = "rleu"', 'did you mean "relu"?'),
    ("hidden = [32]", 'layers = [3, "Linear(10)"]',
     f"{MODEL}.layers.0: must be a text in quotes or a table (given: 3)"),
    ('"digits"', '"MNITS"', 'did you mean "mnist"?'),
    ('"digits"', '"EMNIST"', 'data.split: EMNIST has several; give "byclass" or "bymerge"'),
    ('"digits"', '"notMNIST"',
     'no data set is called "notMNIST"; homework list data says which are; or give your own '
     "images: folder"),
    ('{ name = "digits" }', '{ name = "mnist", mean = 0.5 }',
     f'{AT}.comparisons.0.data.mean: unknown key; it belongs in "scaling" of this table: '
     "scaling = { mean = … }"),
    ('{ name = "digits" }', '{ name = "digits", scaling = 3 }',
     'scaling: must be one of "standard", "unit", "symmetric" or a table (given: 3)'),
    ('{ name = "digits" }', '{ name = "digits", scaling = { mean = 0.5, std = "a" } }',
     "scaling.std: must be a number or a list"),
    ('{ name = "digits" }', '{ name = "digits", label = "y" }',
     "data.label: belongs to a csv; remove it"),
    ("epochs = 5", "epochs = 5, seed = 1", 'seed: unknown key; did you mean "seeds" of the task?'),
    ("epochs = 5", "epochs = 5, dropout = 0.2",
     'did you mean "layers" in "comparisons.models" of the task?'),
    ("epochs = 5", "epochs = 5, clip = { max_norm = 1 }", 'key; did you mean "norm"'),
    ("epochs = 5", 'epochs = 5, optimizer = { name = "adam", beta1 = 0.9 }',
     'adam has no argument beta1; did you mean "betas"?'),
    ('"cross_entropy"', '"CE"', 'no loss has this name; did you mean "cross_entropy"?'),
    ("hidden = [32]", 'layers = ["Flatten()", "Dense(10)"]',
     'is no layer of torch.nn that can stand in a list; did you mean "Linear"?'),
    ("hidden = [32]", 'hidden = [32], activation = "elu"', '(given: "elu")'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says"), SUGGESTIONS, ids=[s[1] for s in SUGGESTIONS])
def test_suggestions_mean_it(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in IMAGES
    (fault,) = faults(tmp_path, IMAGES.replace(old, new, 1))
    assert says in fault


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("epochs = 5", "epochs = 5, stop = { loss = 1e-3 }"),
        ("epochs = 5", 'epochs = 5, optimizer = "Adam"'),
        ("[32]", '[32], activation = "ReLU"'),
        ('{ name = "digits" }', '"digits"'),
        ('"digits"', '"Digits"'),
        ("\n[tasks.train-on-task]", "\ufeff[tasks.train-on-task]"),
    ],
)
def test_what_was_refused_once(tmp_path: Path, old: str, new: str) -> None:
    assert faults(tmp_path, IMAGES.replace(old, new, 1)) == []


def test_a_function_of_ones_own_by_another_name(tmp_path: Path) -> None:
    text = """
    [tasks.simulate-function]
    functions = [{ expression = "sin(x) + cos(x^2)", domain = [-10.0, 10.0] }]
    models = [{ name = "deep", hidden = [10, 10] }, { name = "shallow", hidden = [47] }]
    training = { loss = "mse", epochs = 300 }
    seeds = [0, 1, 2]
    """
    (fault,) = faults(tmp_path, text)
    assert "functions.0: " in fault and "expression" in fault and "formula = " in fault
    assert faults(tmp_path, text.replace("expression", "formula")) == []


FORMULA = """
[tasks.simulate-function]
functions = ["FORMULA"]
models = [{ name = "deep", hidden = [10, 10] }, { name = "shallow", hidden = [47] }]
training = { loss = "mse", epochs = 300 }
seeds = [0, 1, 2]
"""


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("lambda x: sin(x)", "write only what stands behind the = or :"),
        ("y = sin(x)", "write only what stands behind the = or :"),
        ("np.sin(x)", "write functions alone, as sin(x)"),
        ("1 if x > 0 else -1", "write cases as Piecewise((a, x < 0), (b, True))"),
        ("points.csv", 'write a file as { file = "points.csv" }'),
        ("|x|", "write abs(x)"),
        ("exp(-x²)", "write x^2"),
        ("relu(x)", "write max(x, 0)"),
    ],
)
def test_formulas_as_others_write_them(tmp_path: Path, formula: str, says: str) -> None:
    (fault,) = faults(tmp_path, FORMULA.replace("FORMULA", formula))
    assert f"; {says} (given: " in fault


def test_folders_of_a_split_are_no_classes(tmp_path: Path) -> None:
    for number in range(40):
        for part in ("train", "validation"):
            folder = tmp_path / "pictures" / part
            folder.mkdir(parents=True, exist_ok=True)
            Image.new("L", (4, 4), number).save(folder / f"{number}.png")
    text = IMAGES.replace('{ name = "digits" }', '{ folder = "pictures" }').replace("64", "8")
    (fault,) = faults(tmp_path, text)
    assert fault.endswith(
        "its folders are read as classes, and are called train and validation; "
        "call those of a split train and test"
    )


@pytest.mark.parametrize(
    ("task", "loss", "refused"),
    [
        ("sharpness", "MultiMarginLoss", True),
        ("sharpness", "HingeEmbeddingLoss", False),
        ("minimal-ratio", "MultiMarginLoss", True),
        ("minimal-ratio", "HingeEmbeddingLoss", True),
        ("minimal-ratio", "L1Loss", False),
    ],
)
def test_a_loss_without_a_second_derivative(
    task: str, loss: str, refused: bool, tmp_path: Path
) -> None:
    training = f'training = {{ loss = "{loss}", epochs = 2 }}\n'
    data, network = 'data = "digits"\n', '{ name = "a", hidden = [4] }\n'
    text = {
        "sharpness": f"[tasks.sensitivity]\n{data}{training}model = {network}"
        "batch_sizes = [20]\nseeds = [0]\n[tasks.sharpness]\n",
        "minimal-ratio": f"[[tasks.minimal-ratio.cases]]\n{data}{training}network = {network}",
    }[task]
    said = f"tasks.{task}: {loss}: torch gives no second derivative of it, and this task needs"
    assert [fault.startswith(said) for fault in faults(tmp_path, text)] == [True] * refused


def test_a_loss_of_signs_is_none_for_a_function(tmp_path: Path) -> None:
    text = """
    [tasks.simulate-function]
    functions = ["sinc"]
    models = [{ name = "a", hidden = [4] }]
    training = { loss = "HingeEmbeddingLoss", epochs = 2 }
    seeds = [0]
    """
    (fault,) = faults(tmp_path, text)
    assert "HingeEmbeddingLoss takes 1 and -1, a function has any values" in fault


def test_what_people_usually_do_needs_no_acknowledgment(tmp_path: Path) -> None:
    text = """
    [tasks.random-labels]
    data = "digits"
    model = { name = "wide", hidden = [64] }
    training = { loss = "cross_entropy", batch_size = 50, epochs = 20 }
    fractions = [1.0]
    seeds = [0]
    [tasks.sensitivity]
    data = "digits"
    model = { name = "mlp", hidden = [32, 16] }
    training = { loss = "cross_entropy", batch_size = 64, epochs = 20 }
    batch_sizes = [16, 32, 64, 256, 1024]
    seeds = [0]
    [[tasks.minimal-ratio.cases]]
    function = { name = "sinc", points = 20 }
    network = { name = "relu", hidden = [40] }
    training = { loss = "mse", epochs = 20 }
    """
    path = tmp_path / "usual.toml"
    path.write_text(text)
    suite = load_suite(str(path))
    said = {task: notes(settings) for task, settings in suite.tasks.items()}
    assert said["random-labels"] == ("The comparison lacks true labels (0).",)
    assert said["sensitivity"] == (
        "The task compares no learning rates.",
        "The task has 1 seed, fewer than the 3 from which a spread can be seen.",
    )
    assert len(said["minimal-ratio"]) == 2


def test_a_value_that_was_replaced_is_not_spoken_of(tmp_path: Path) -> None:
    # A schedule that would never act in the one epoch that stands in for none.
    text = IMAGES.replace("epochs = 5", "epochs = 0, schedule = { every = 3, factor = 0.5 }")
    (fault,) = faults(tmp_path, text)
    assert fault.startswith(f"{TRAINING}.epochs")


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("ReLU", ["tanh", "relu"], "relu"),
        ("nesterov", ["stop", "momentum"], None),
        ("mean", ["name", "seed"], None),
        ("cosine", ["StepLR", "CosineAnnealingLR"], "CosineAnnealingLR"),
        ("seed", ["seeds", "data"], "seeds"),
    ],
)
def test_the_nearest_word(word: str, known: list[str], near: str | None) -> None:
    assert nearest(word, known) == near


def test_what_a_side_changes_belongs_in_its_own_training(tmp_path: Path) -> None:
    (fault,) = faults(
        tmp_path,
        """
        [tasks.interpolation]
        data = "digits"
        model = { name = "a", hidden = [4] }
        training = { loss = "cross_entropy", epochs = 2, batch_size = 10 }
        pairs = [{ first = { optimizer = "SGD" }, second = { batch_size = 50 } }]
        seeds = [0, 1, 2]
        """,
    )
    assert fault == (
        "tasks.interpolation.pairs.0.first.optimizer: unknown key; it belongs in "
        '"training" of this table: training = { optimizer = … }'
    )
