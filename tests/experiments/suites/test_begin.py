"""`homework init`, `list` and `schema`: what is written runs, and nothing is written over."""

import json
from pathlib import Path

import pytest

from experiments.suite import load_suite
from experiments.suites.begin import SCHEMA, begin
from report.errors import UserError
from report.tasks import BY_NAME
from tests.project import Homework


def test_the_annotated_suite_has_no_faults(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    schema = begin(str(file), tmp_path)
    text = file.read_text(encoding="utf-8")
    assert text.startswith(f"#:schema ./{schema.name}\n") and schema.parent == tmp_path
    assert json.loads(schema.read_text(encoding="utf-8"))["properties"]["tasks"]
    suite = load_suite(str(file), smoke=True)
    assert set(suite.tasks) < set(BY_NAME) and suite.questions


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("mine", "write mine.toml"),
        ("there.toml", "exists already"),
        ("nowhere/mine.toml", "no such folder"),
        ("quick.toml", "rename"),
        ("link.toml", "exists already"),
    ],
)
def test_a_name_that_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.toml").write_text("mine")
    Path("link.toml").symlink_to("gone.toml")
    with pytest.raises(UserError, match=says):
        begin(name, tmp_path)
    assert Path("there.toml").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.toml", "there.toml"]


@pytest.mark.parametrize("name", ["my suite.toml", "a\x1b[31m.toml", "...toml"])
def test_a_name_that_no_run_would_take(homework: Homework, name: str) -> None:
    before = sorted(homework.folder.iterdir())
    refused = homework("init", name)
    assert refused.code == 2 and "rename its file" in refused.err
    assert sorted(homework.folder.iterdir()) == before


@pytest.mark.parametrize("content", ["mine", "[]", '{"title": "mine"}'])
def test_a_file_in_the_place_of_the_schema_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.chdir(tmp_path)
    schema = tmp_path / "suite.schema.json"
    schema.write_text(content)
    with pytest.raises(UserError, match=r"suite\.schema\.json: is in the way"):
        begin("mine.toml", tmp_path)
    assert schema.read_text() == content
    schema.write_text(json.dumps(json.loads(SCHEMA.read_text()) | {"required": []}))
    begin("mine.toml", tmp_path)
    assert schema.read_text() == SCHEMA.read_text()


def test_the_commands(homework: Homework) -> None:
    begun = homework("init", "mine.toml")
    assert begun.code == 0 and (homework.folder / "mine.toml").is_file()
    assert json.loads(homework("schema").out)["$defs"]
    assert "train-on-task" in homework("list", "tasks").out
    refused = homework("list", "optimisers")
    assert refused.code == 2 and 'did you mean "optimizers"?' in refused.err
