"""CONTRIBUTING.md does what it says: its code blocks, in a temporary copy of the program."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from report.records import Results, write_record
from report.records.record import Record
from tests.project import ROOT
from tests.report.sections.random_labels.test_claims import made

GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"^\*\*`([^`]+)`\*\*", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A code block and, where its paragraph begins with one, the file that it is for."""

    language: str
    path: str
    body: str


def blocks(title: str) -> list[Block]:
    """Code blocks of the section `title`."""
    (section,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    found, end = [], 0
    for match in _BLOCK.finditer(section):
        paths = _PATH.findall(section[end : match.start()])
        found.append(Block(match["language"], paths[-1] if paths else "", match["body"]))
        end = match.end()
    return found


def follow(block: Block, folder: Path) -> None:
    """Create the file of a block, add its table to a suite, or its lines where a diff says."""
    path = folder / block.path
    if block.language == "diff":
        lines = block.body.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] == " ")
        after = "".join(line[1:] for line in lines)
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1
        path.write_text(text.replace(before, after), encoding="utf-8")
    elif block.language == "toml":
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{block.body}", encoding="utf-8")
    else:
        assert not path.exists()
        path.parent.mkdir(exist_ok=True)
        path.write_text(block.body, encoding="utf-8")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program to add to."""
    folder = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("_generated")
    for name in ("experiments", "report", "templates", "chapters"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for path in (*ROOT.glob("_quarto*.yml"), ROOT / "index.qmd", ROOT / "references.bib"):
        shutil.copyfile(path, folder / path.name)
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    return folder


def run(folder: Path, *arguments: str) -> str:
    """A command in the copy, by its own code."""
    ended = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def added(program: Path) -> Path:
    """The copy, with the guide's experiment and figure."""
    *steps, _ = blocks("Add an experiment")
    assert [step.path for step in steps] == [
        "experiments/tasks/optimizers.py",
        "report/records/rows/optimizers.py",
        "report/tasks.py",
        "experiments/suites/quick.toml",
    ]
    assert sum(line.startswith("+") for line in steps[2].body.splitlines()) == 1
    for step in steps:
        follow(step, program)
    (figure,) = blocks("Add a figure")
    follow(Block("python", "report/sections/optimizers/figures.py", figure.body), program)
    return program


@pytest.mark.sweep
def test_the_twelfth_experiment(added: Path) -> None:
    *_, shell = blocks("Add an experiment")
    first, *_ = shell.body.splitlines()
    name, *arguments = shlex.split(first)
    assert name == "homework" and "--smoke" in arguments
    said = run(added, "report", *arguments, "--renderer", "builtin", "--workers", "1")
    assert "Rendered by builtin" in said

    folder = added / "results" / "quick"
    content = json.loads((folder / "optimizers.json").read_text(encoding="utf-8"))
    del content["digest"]
    record = Record.from_content(content)  # the row types are those of the copy
    assert record.status == "ok" and record.smoke
    assert len(record.models) == 1 and len(record.rows("runs")) == 3 * 2
    assert {path.name for path in (folder / "figures").glob("*.svg")} == {
        "optimizers-loss.svg",
        "optimizers-final.svg",
    }
    page = (added / "_site" / "chapters" / "optimization.html").read_text(encoding="utf-8")
    assert "Which optimizer trains fastest?" in page
    for words in ("one mark per run", "sgd, momentum 0.9, learning rate 0.1"):
        assert words in page
    assert (added / "_site" / "report.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.sweep
def test_the_new_code_is_clean(added: Path) -> None:
    pytest.importorskip("ruff", reason="ruff, which checks the style, is not installed")
    for module in (
        "experiments/tasks/optimizers.py",
        "report/records/rows/optimizers.py",
        "report/sections/optimizers/figures.py",
    ):
        run(added, "ruff", "check", module)
        run(added, "ruff", "format", "--check", module)


def test_notebook_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = blocks("Notebooks and editors")
    monkeypatch.chdir(tmp_path)
    write_record(Results(Path("results"), "quick").record("random-labels"), made())
    found: dict[str, object] = {}
    exec(compile(block.body, "CONTRIBUTING.md", "exec"), found)
    runs, curves, drawn = (found[name] for name in ("runs", "curves", "drawn"))
    assert len(curves) > len(runs) > 0  # type: ignore[arg-type]
    assert drawn.axes  # type: ignore[attr-defined]


def test_the_map_shows_what_there_is() -> None:
    places = re.findall(r"^\| (`[^|]+) \|", GUIDE, re.MULTILINE)
    named = [name for place in places for name in re.findall(r"`([^`]+)`", place)]
    assert len(named) > 20
    for name in named:
        if name.startswith(("results", "comments")):
            continue  # made by use
        name = name.replace("<task>", "*")
        folder = "experiments/" if "/" not in name and name.endswith(".py") else ""
        assert list(ROOT.glob(folder + name.rstrip("/"))), name
