"""What a section says where there is one of a kind, none, or another: it stays true."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from report.claims.claim import Claim
from report.records import Record
from report.sections.error_surface.claims import commentary as on_surfaces
from report.sections.gradient_norm.claims import commentary as on_gradients
from report.sections.minimal_ratio.claims import commentary as on_ratios
from report.sections.minimal_ratio.figures import section as minimal_ratio_section
from report.sections.parameter_count.claims import commentary as on_sizes
from report.sections.random_labels import claims as commented
from report.words.counts import each_of, out_of
from report.words.tex import in_line
from tests.report.sections.error_surface.test_claims import made as surface
from tests.report.sections.gradient_norm.test_claims import made as gradient
from tests.report.sections.minimal_ratio.test_claims import made as ratio
from tests.report.sections.parameter_count.test_claims import made as sizes
from tests.report.sections.random_labels import test_claims as random_labels
from tests.report.sections.test_every_section import BY_TASK, merged, part_of, records, text_of

Commentary = Callable[[Record], tuple[tuple[Claim, ...], ...]]


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


ONE_RUN: dict[str, tuple[Commentary, Record]] = {
    "a trajectory that leaves its plane": (on_surfaces, surface(seeds=1)),
    "a trajectory in its plane": (
        on_surfaces,
        surface(seeds=1, explained=(0.9, 0.09), away=0.05, projected=9.0, lowest=(0.1, 0.1)),
    ),
    "a lower point": (on_surfaces, surface(seeds=1, lowest=(0.1, 0.1), lowest_loss=0.099)),
    "a gradient that falls": (on_gradients, gradient(seeds=1)),
    "a gradient that settles": (on_gradients, gradient(seeds=1, tail=(0.1, 0.2))),
    "one last step": (on_gradients, gradient(seeds=1, tail=(0.2, 0.2), tail_steps=1)),
    "one point of no gradient": (on_ratios, ratio([0.1], [5], kinds="c")),
    "one flat end": (on_ratios, ratio([0.1], [5], kinds="f")),
    "structures that fit": (on_sizes, sizes(seeds=1)),
    "structures that do not": (on_sizes, sizes(seeds=1, train=lambda n: 0.5)),
    "random labels": (
        commented.commentary,
        random_labels.made(lambda _, __: 0.6, lambda _, __: 0.1, seeds=1, fractions=(1.0,)),
    ),
}
MANY = re.compile(
    r"\b(these runs|every run|typically|end points|median|"
    r"(variance|factor of [\d.]+|ends|moves by [\d.]+) (or more|at most))\b"
)


@pytest.mark.parametrize("case", ONE_RUN)
def test_one_run_is_not_spoken_of_as_many(case: str) -> None:
    commentary, record = ONE_RUN[case]
    said = " ".join(claim.text for group in commentary(record) for claim in group)
    said = re.sub(r"differs from the loss on it by a factor of \S+ at most", "", said)  # its points
    found = {match[0] for match in MANY.finditer(said)}
    assert said and not found - ({"these runs"} if commentary is on_sizes else set())


def test_tables_of_one_run_name_no_median() -> None:
    tables = minimal_ratio_section(ratio([0.1], [5], kinds="f")).tables
    captions = " ".join(table.caption for table in tables)
    assert "Where the run ended: loss" in captions
    assert "Medians" not in captions and "in turn" not in captions


@pytest.mark.parametrize(
    ("count", "total", "said"),
    [(0, 1, "no run"), (1, 1, "the one run"), (0, 3, "none of three runs")],
)
def test_runs_of_one(count: int, total: int, said: str) -> None:
    assert out_of(count, total, "run") == said
    assert each_of(total, "run") == ("the one run" if total == 1 else "every run")


def test_a_number_stands_before_pi() -> None:
    assert in_line(r"\frac{\sin\left(\pi\,5\,x\right)}{\pi\,5\,x}") == r"\sin(5 \pi x)/(5 \pi x)"
