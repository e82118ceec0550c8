"""Schema and reference say what the settings say, and the schema accepts what the program does."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.listing import LISTS
from experiments.suite import SUITES, load_suite
from experiments.suites.begin import ANNOTATED
from experiments.suites.reference import SCHEMA, files
from tests.project import TINY

KEPT: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
PLAIN = {"string": str, "boolean": bool, "array": list, "object": dict}


def against(value: Any, schema: dict[str, Any], key: str = "") -> Iterator[str]:
    """What a value has against a schema, as far as the schema's few words go."""
    if "$ref" in schema:
        yield from against(value, KEPT["$defs"][schema["$ref"].rpartition("/")[2]], key)
    if "anyOf" in schema:
        found = [list(against(value, branch, key)) for branch in schema["anyOf"]]
        if all(found):
            yield min(found, key=len)[0]
    if "enum" in schema and value not in schema["enum"]:
        yield f"{key}: {value!r} is none of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{key}: {value!r} is not {schema['const']!r}"
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(is_a(value, kind) for kind in kinds):
        yield f"{key}: {value!r} is no {kinds}"
        return
    if isinstance(value, dict):
        keys = schema.get("properties", {})
        yield from (f"{key}: {k} is missing" for k in schema.get("required", ()) if k not in value)
        for name, part in value.items():
            if name in keys:
                yield from against(part, keys[name], f"{key}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{key}: {name} is unknown"
    if isinstance(value, list) and "items" in schema:
        for number, part in enumerate(value):
            yield from against(part, schema["items"], f"{key}.{number}")


def is_a(value: Any, kind: str) -> bool:
    if kind in ("number", "integer"):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, PLAIN.get(kind, type(None)))


def test_the_files_are_what_the_settings_say() -> None:
    for path, text in files().items():
        made = "python -m experiments.suites.reference"
        assert path.read_text(encoding="utf-8") == text, f"{path}: make it anew with {made}"


def test_every_key_has_a_meaning() -> None:
    for text in files().values():
        assert not [line for line in text.splitlines() if line.endswith("|  |")]


@pytest.mark.parametrize("path", [*sorted(SUITES.glob("*.toml")), ANNOTATED], ids=lambda p: p.stem)
def test_the_schema_accepts_every_suite(path: Path) -> None:
    assert list(against(tomllib.loads(path.read_text(encoding="utf-8")), KEPT)) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("equal_size", "equal_siz", "equal_siz is unknown"),
        ('loss = "mse", ', "", "loss is missing"),
        ("epochs = 30", 'epochs = "30"', ".epochs"),
        ("[tasks.simulate-function]", "[tasks.simulate]", "simulate is unknown"),
        ("epochs = 30", "epochs = 30, optimizer = { momentum = 0.9 }", ".optimizer"),
    ],
)
def test_the_schema_refuses_what_the_program_refuses(old: str, new: str, says: str) -> None:
    assert old in TINY
    assert list(against(tomllib.loads(TINY), KEPT)) == []
    found = list(against(tomllib.loads(TINY.replace(old, new, 1)), KEPT))
    assert any(says in fault for fault in found), found


@pytest.mark.parametrize(
    ("what", "written"),
    [
        ("functions", "functions = [{name}]"),
        ("optimizers", "optimizer = {name}"),
        ("losses", "loss = {name}"),
    ],
)
def test_what_is_listed_is_accepted(what: str, written: str, tmp_path: Path) -> None:
    classes = (
        "cross_entropy",
        "mse_log_softmax",
        "NLLLoss",
        "MultiMarginLoss",
        "HingeEmbeddingLoss",
    )
    for name, _ in LISTS[what]():
        if name in (*classes, "any formula", "file"):
            continue
        line = written.replace("{name}", f'"{name}"')
        keys = {"functions": 'functions = ["sinc"]', "loss": 'loss = "mse"', "optimizer": ""}
        keys[line.partition(" ")[0]] = line
        training = ", ".join(filter(None, (keys["loss"], keys["optimizer"], "epochs = 2")))
        network = 'layers = ["Linear(1)", "Sigmoid()"]' if name == "BCELoss" else "hidden = [3]"
        path = tmp_path / "listed.toml"
        path.write_text(
            f"[tasks.simulate-function]\n{keys['functions']}\nseeds = [0]\nequal_size = false\n"
            f'models = [{{ name = "a", {network} }}]\ntraining = {{ {training} }}\n'
        )
        assert load_suite(str(path)).tasks, name


def test_every_listed_data_set_is_accepted(tmp_path: Path) -> None:
    for name, _ in LISTS["data"]():
        if name in ("folder", "npz", "csv"):
            continue
        path = tmp_path / "listed.toml"
        path.write_text(
            f'[tasks.random-labels]\ndata = "{name}"\nmodel = {{ name = "a", hidden = [3] }}\n'
            'training = { loss = "cross_entropy", epochs = 2 }\nseeds = [0]\n'
        )
        assert load_suite(str(path)).tasks, name
