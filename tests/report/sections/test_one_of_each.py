"""What a section says where there is one of a kind, none, or another: it stays true."""

from pathlib import Path
from typing import Any

import pytest

from report.sections.random_labels import claims as commented
from report.words.counts import each_of, out_of
from report.words.tex import in_line
from tests.report.sections.random_labels import test_claims as random_labels
from tests.report.sections.test_every_section import BY_TASK, merged, part_of, records, text_of


def text(task: str, settings: dict[str, Any], folder: Path) -> str:
    usual = records(BY_TASK[task])[0]
    changed = usual.model_copy(update={"settings": merged(usual.settings, settings)})
    return " ".join(" ".join(text_of(part_of(changed), folder).values()).split())


@pytest.mark.parametrize(
    ("task", "settings", "said", "unsaid"),
    [
        ("sensitivity", {}, "for an equal number of epochs. At", "number of steps. At"),
        (
            "sensitivity",
            {"training": {"steps": 900, "epochs": None}},
            "for an equal number of steps. At",
            "equal number of epochs",
        ),
        (
            "sensitivity",
            {"model": {"training": {"steps": 900}}, "training": {"stop": {"loss": 0.1}}},
            "for an equal number of steps at most. At",
            "equal number of epochs",
        ),
        ("sharpness", {"starts": 0}, r"from $\theta$; the highest", "no random corners"),
        ("sharpness", {"starts": 2}, r"from $\theta$ and from two random corners; the", "; the ;"),
        ("error-surface", {"seeds": [0]}, "sums up what was found.", "over all seeds"),
        ("error-surface", {"seeds": [0, 1]}, "sums up what was found over all seeds.", "found."),
    ],
)
def test_it_stays_true(
    task: str, settings: dict[str, Any], said: str, unsaid: str, tmp_path: Path
) -> None:
    found = text(task, settings, tmp_path)
    assert said in found and unsaid not in found


def test_one_accuracy_is_no_range() -> None:
    record = random_labels.made(
        lambda fraction, epoch: 0.60625, lambda fraction, epoch: 0.1, seeds=1, fractions=(1.0,)
    )
    said = " ".join(claim.text for group in commented.commentary(record) for claim in group)
    assert "lies at 60.6" in said and "lies between" not in said


@pytest.mark.parametrize(
    ("count", "total", "said"),
    [(0, 1, "no run"), (1, 1, "the one run"), (0, 3, "none of three runs")],
)
def test_runs_of_one(count: int, total: int, said: str) -> None:
    assert out_of(count, total, "run") == said
    assert each_of(total, "run") == ("the one run" if total == 1 else "every run")


def test_a_number_stands_before_pi() -> None:
    assert in_line(r"\frac{\sin\left(\pi\,5\,x\right)}{\pi\,5\,x}") == r"\sin(5 \pi x)/(5 \pi x)"
