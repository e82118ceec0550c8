"""A project folder in which commands are run."""

import fcntl
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

TINY = """
title = "Tiny"

[tasks.simulate-function]
functions = [{ name = "sine", points = 12 }, { name = "cube", points = 12 }]
seeds = [0, 1]
models = [
  { name = "deep", hidden = [3, 3], activation = "tanh" },
  { name = "shallow", hidden = [6], activation = "tanh" },
]
equal_size = false
training = { loss = "mse", learning_rate = 0.01, epochs = 30 }

[tasks.train-on-task]
seeds = [0, 1]

[[tasks.train-on-task.comparisons]]
data = { name = "digits", train_size = 60, test_size = 40 }
training = { loss = "cross_entropy", learning_rate = 0.01, batch_size = 20, epochs = 3 }
models = [{ name = "small", hidden = [4] }, { name = "large", hidden = [16] }]
"""

# In these words wherever a record is compared with another: the command stands in it.
RUN = ("run", "--suite", "tiny.toml", "--device", "cpu", "--workers", "1")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Homework:
    """A project folder and the command line in it."""

    folder: Path
    _call: Callable[[tuple[str, ...]], Ended]

    def __call__(self, *arguments: str | Path) -> Ended:
        return self._call(tuple(str(argument) for argument in arguments))

    @property
    def results(self) -> Path:
        """Records of the tiny suite."""
        return self.folder / "results" / "tiny"

    @property
    def suite(self) -> Path:
        """The tiny suite's file."""
        return self.folder / "tiny.toml"

    def edit(self, old: str, new: str) -> None:
        """Change the tiny suite."""
        text = self.suite.read_text(encoding="utf-8")
        assert old in text
        self.suite.write_text(text.replace(old, new, 1), encoding="utf-8")


def make_project(folder: Path) -> None:
    """All that rendering needs, and the tiny suite, in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in [*ROOT.glob("_quarto*.yml"), ROOT / "index.qmd", ROOT / "references.bib"]:
        shutil.copyfile(path, folder / path.name)
    ignored = shutil.ignore_patterns("_generated")
    shutil.copytree(ROOT / "chapters", folder / "chapters", ignore=ignored)
    shutil.copytree(ROOT / "templates", folder / "templates")
    (folder / "report").symlink_to(ROOT / "report")
    (folder / "tiny.toml").write_text(TINY, encoding="utf-8")


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that is made by the first process of the tests that needs it, for all of them."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder
