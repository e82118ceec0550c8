"""A reader gets five to ten sentences on each task, whatever the data say."""

import re
from pathlib import Path

import pytest

from report.book.gather import section_of
from report.claims.claim import ANSWER, Claim, Statement, evidence
from report.claims.length import LEAST, MOST, Paragraphs, length, sentences, shortened
from report.records import Record, Results, read_record
from report.tasks import TASKS, Task
from report.words.markdown import Markdown
from tests.report.sections.error_surface import test_claims as test_error_surface
from tests.report.sections.gradient_norm import test_claims as test_gradient_norm
from tests.report.sections.interpolation import test_claims as test_interpolation
from tests.report.sections.minimal_ratio import test_claims as test_minimal_ratio
from tests.report.sections.parameter_count import test_claims as test_parameter_count
from tests.report.sections.random_labels import test_claims as test_random_labels
from tests.report.sections.sensitivity import test_claims as test_sensitivity
from tests.report.sections.sharpness import test_claims as test_sharpness
from tests.report.sections.simulate_function import test_claims as test_simulate_function
from tests.report.sections.train_on_task import test_claims as test_train_on_task
from tests.report.sections.weight_trajectories import test_claims as test_weight_trajectories

ROOT = Path(__file__).resolve().parents[3]
FULL = Results(ROOT / "results", "full")
NOTHING = {"nothing", "all"}
"""Verdicts of a record without a run that could be looked at: there is no more to say of it."""

functions, images = test_simulate_function, test_train_on_task
ONE_LOST = {"small": [0.9, 0.9, None], "large": [0.95, 0.94, 0.95]}
HARD: list[tuple[str, Record]] = [
    ("one function", functions.made(functions.CLEAR)),
    ("three functions", functions.made(functions.CLEAR, functions.CLEAR)),
    ("one function diverged", functions.made(functions.CLEAR, {"deep": [None], "middle": [1.0]})),
    ("one data set", images.made(images.CLEAR)),
    ("two data sets, one run diverged", images.made(images.CLEAR, ONE_LOST)),
    ("equal models", images.made({"small": 0.9, "large": 0.9}, noise=0.0)),
    ("two cases, one seed", test_gradient_norm.made(cases=("sine", "digits"), seeds=1)),
    ("two cases, full batch", test_gradient_norm.made(cases=("sine", "digits"), batch=640)),
    ("full batch, one seed", test_gradient_norm.made(batch=640, seeds=1)),
    ("three cases, one diverged", test_gradient_norm.made(cases=("a", "b", "c"), diverged=(1,))),
    ("one run", test_minimal_ratio.made(kinds="c")),
    ("one run, unfinished", test_minimal_ratio.made(kinds="u")),
    ("all critical at one loss", test_minimal_ratio.made(losses=[0.5] * 12)),
    ("two cases of all kinds", test_minimal_ratio.made(cases=2, kinds="ccccccfuccdd")),
    ("one run left on the surface", test_error_surface.made(diverged=(0, 1))),
    ("one seed of structures", test_parameter_count.made(seeds=1)),
    (
        "one seed of structures, one diverged",
        test_parameter_count.made(seeds=1, diverged=[("m7", 0)]),
    ),
    ("random labels, one seed", test_random_labels.made(seeds=1)),
    ("few sensitive solutions", test_sensitivity.made(few=True)),
    ("few sharp solutions", test_sharpness.made(few=True, seeds=1)),
    ("few sharp solutions, one diverged", test_sharpness.made(few=True, seeds=1, lost=1)),
    ("lines of one seed", test_interpolation.made(seeds=1)),
    ("two trajectories", test_weight_trajectories.made(runs=2)),
]


SINGLE = [functions.made({"deep": [0.1]}), images.made({"small": [0.9]})]
"""Records of a single run: there is nothing to compare, and no more is said than it shows."""


def commented(record: Record) -> int:
    return counted(section_of(record).commentary)


def counted(paragraphs: Paragraphs) -> int:
    """Sentences on a record; as many as are due where it has nothing to comment on."""
    claims = [claim for paragraph in paragraphs for claim in paragraph]
    empty = claims[0].verdict in NOTHING and all(
        claim.verdict in NOTHING or claim.id.endswith((".diverged", ".lost")) for claim in claims
    )
    return LEAST if empty else length(paragraphs)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_the_committed_records_have_five_to_ten(task: Task) -> None:
    assert LEAST <= commented(read_record(FULL.record(task.name))) <= MOST


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_the_committed_records_have_a_line_with_a_number_and_a_figure(task: Task) -> None:
    section = section_of(read_record(FULL.record(task.name)))
    claims = [claim for paragraph in section.commentary for claim in paragraph]
    for short in [claim.short for claim in claims if claim.short is not None]:
        plain = re.sub(r"\$[^$]*\$", "formula", short.answer)
        assert len(plain.split()) <= ANSWER
        assert re.search(r"\d", short.number)
        assert short.figure in [figure.name for figure in section.figures]


@pytest.mark.parametrize("record", [pytest.param(record, id=name) for name, record in HARD])
def test_hard_cases_have_five_to_ten(record: Record) -> None:
    assert LEAST <= commented(record) <= MOST


@pytest.mark.parametrize("record", SINGLE, ids=lambda record: record.task)
def test_a_single_run_is_not_padded(record: Record) -> None:
    assert 1 <= commented(record) < LEAST


MAIN = Statement("x.main", {"so": "A main sentence."})
FURTHER = Statement("x.further", {"so": "A further sentence."})
LAST = Statement("x.last", {"so": "Two. Sentences."})
RECORD = test_parameter_count.made()


def said(statement: Statement) -> Claim:
    return statement("so", [evidence(RECORD, "runs", "seed")])


def test_the_least_important_goes_first_and_no_more_than_must() -> None:
    long = [[said(MAIN)] * 5 + [said(FURTHER)], [said(MAIN)] * 4 + [said(FURTHER), said(LAST)]]
    kept = shortened(long, (LAST, FURTHER), MOST)
    assert [[claim.id for claim in group].count("x.further") for group in kept] == [1, 0]
    assert all(claim.id != "x.last" for group in kept for claim in group)
    assert length(kept) == MOST


def test_what_is_named_twice_keeps_its_first_claim_until_then() -> None:
    long = [[said(FURTHER)] * 3, [said(LAST)] * 2]
    for most, left in ((3, (1, 1)), (2, (0, 1))):
        kept = shortened(long, (FURTHER, LAST, FURTHER, LAST), most)
        ids = [claim.id for group in kept for claim in group]
        assert (ids.count("x.further"), ids.count("x.last")) == left


def test_what_is_short_or_must_be_said_stays() -> None:
    short = [[said(MAIN)] * 3, [], [said(FURTHER)]]
    assert shortened(short, (FURTHER,)) == ((said(MAIN),) * 3, (said(FURTHER),))
    assert length(shortened([[said(MAIN)] * 12], (FURTHER,))) == 12


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("A loss of 0.5 is low.", 1),
        ("It falls (95 % interval 0.1 to 0.2, 3 seeds). It rises.", 2),
        ("@keskar2017large found it. *deep* is best. $x^2$ is hard. 85 of 100 runs end.", 4),
        ("See [@li2018visualizing, section 7], which agrees, i.e. so it does.", 1),
    ],
)
def test_sentences_are_counted(text: str, count: int) -> None:
    assert sentences(Markdown(text)) == count
