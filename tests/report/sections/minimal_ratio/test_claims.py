"""What is said about critical points, on records whose truth is known."""

from typing import Any

import numpy as np
import pytest

from report.claims.claim import Claim
from report.claims.consistency import contradiction
from report.records import Record
from report.sections.minimal_ratio import claims as minimal_ratio
from report.sections.minimal_ratio.claims import commentary
from report.sections.minimal_ratio.figures import section
from report.sections.minimal_ratio.kinds import CRITICAL, DIVERGED, FLAT, UNFINISHED
from report.words.numerals import typed_numerals
from report.words.traced import tracing, unmarked
from tests.report.records.build import model, record
from tests.report.sections.grammar import faults
from tests.report.sections.wording import worded, wordings_of

P = 1000
"""Parameters of the network."""
SWEEP = [1e-14, 1e-12, 1e-10, 1e-8]

VARIANCE = float(np.var(np.sin(np.linspace(-7, 7, 64))))
LOSSES = [float(loss) for loss in np.geomspace(1e-4, 1, 12)]
FALLING = [round(10 - 0.5 * n) for n in range(12)]
"""Tenths of the eigenvalues that are positive, falling as the loss rises."""


def tenths(number: float) -> int:
    return round(P * number / 10)


def made(
    losses: list[float] = LOSSES,
    positive: list[int] = FALLING,
    negative: list[int] | None = None,
    kinds: str = "c" * 12,
    *,
    swept: float = 0,
    curvature: list[float] | None = None,
    cases: int = 1,
    trained: float = 2.0,
    epochs: list[int] | None = None,
    target: bool = False,
    second: str = "",
    turned: bool = False,
    higher: list[float] | None = None,
    layer: str | None = None,
    opposite: bool = False,
) -> Record:
    """Runs with given losses and tenths of eigenvalues, in every case the same.

    With `opposite` the runs of the second case have their eigenvalues in the reverse order.

    `kinds` has a letter for each run: c(ritical), f(lat), u(nfinished), d(iverged). `swept` is how
    many tenths are no longer positive from each tolerance to the next; `curvature` cycles through
    what ‖Hg‖ is of λ_max‖g‖, where an even gradient would have 0.3; `trained` is the loss after
    training, as a multiple of the loss at the end; `epochs` cycles through the lengths of training;
    the best constant has the loss `VARIANCE`, if the `target` is known; `higher` are the shares of
    neighbors with a higher loss; `second` holds the kinds of a second case,
    in which the gradient lies where the loss curves most if `turned`.
    """
    cases = 2 if second else cases
    names = {"c": CRITICAL, "f": FLAT, "u": UNFINISHED, "d": DIVERGED}
    rows = []
    for case in range(cases):
        for n, kind in enumerate(second if case and second else kinds):
            above = positive[len(positive) - 1 - n if opposite and case == 1 else n]
            below = negative[n] if negative else 10 - above
            rows.append(
                {
                    "case": f"sine, tanh-{case}",
                    "seed": n,
                    "epochs": (epochs or [10, 20])[n % len(epochs or [10, 20])],
                    "diverged_at": 3 if kind == "d" else None,
                    "verdict": names[kind],
                    "trained_loss": trained * losses[n],
                    "trained_gradient_norm": 1e-2,
                    "loss": losses[n],
                    "gradient_norm": 1e-14 if kind == "c" else 1e-6 * (1 + n),
                    "relative_gradient_norm": 1e-15 if kind == "c" else 1e-7,
                    "gradient_curvature": 0.9
                    if turned and case
                    else (curvature or [0.02, 0.03, 0.04])[n % 3],
                    "even_curvature": 0.3,
                    "minimal_ratio": above / 10,
                    "near_zero": (10 - above - below) / 10,
                    "negative": below / 10,
                    **({"higher_neighbors": higher[n]} if higher else {}),
                    "swept_positive": [max(0, tenths(above - swept * k)) for k in range(4)],
                    "swept_negative": [tenths(below)] * 4,
                }
            )
    facts = [
        {
            "case": f"sine, tanh-{case}",
            "kind": "function",
            "title": r"\sin(x)",
            "model": f"tanh-{case}",
            "parameters": P,
            "examples": 64,
            "relative_tolerance": 2e-14,
            "constant_loss": VARIANCE if target else None,
            "layer": layer,
        }
        for case in range(cases)
    ]
    spectrum = [-1e-3, 0.0, 1e-16, 1e-9, 0.1, 1.0, 2.0, 3.0, 4.0, 5.0]
    whole = [fact for fact in facts if set(kinds) != {"d"}]
    return record(
        "minimal-ratio",
        settings={
            "search": {"epsilon": 1e-10, "iterations": 10},
            "tolerance": 10.0,
            "neighbors": {"number": 50, "radius": 1e-3},
        },
        models=tuple(model(f"tanh-{case}", 1, P) for case in range(cases)),
        metrics={
            "cases": facts,
            "sweep": [{"relative_tolerance": tolerance} for tolerance in SWEEP],
            "runs": rows,
            "spectra": [{"case": f["case"], "seed": 0, "eigenvalues": spectrum} for f in whole],
        },
    )


def said(made_record: Record) -> list[Claim]:
    """All claims, each a sentence on numbers of the record."""
    claims = [claim for paragraph in commentary(made_record) for claim in paragraph]
    for claim in claims:
        assert not contradiction(claim)
        assert not faults(claim.text), (faults(claim.text), claim.text)
        assert all(evidence.holds(made_record) for evidence in claim.evidence)
    return claims


def by_name(made_record: Record) -> dict[str, Claim]:
    """Claims by the last part of their identifier; of several the last."""
    return {claim.id.partition(".")[2]: claim for claim in said(made_record)}


AT_LAST = [*LOSSES[:-1], VARIANCE]
ALL_POSITIVE, NONE = [10] * 12, [0] * 12
UNRELATED = [5, 9, 4, 8, 6, 7, 7, 6, 8, 4, 9, 5]
LONG: dict[str, Any] = {"negative": [1] * 6 + NONE[:6], "positive": [8] * 12}
LONG |= {"epochs": [10] * 6 + [500] * 6}
"""Saddles after ten epochs, minima after 500."""

SADDLES_LAST: dict[str, Any] = {"negative": NONE[:6] + [1] * 6, "positive": [8] * 12}

LEVEL: dict[str, Any] = {"losses": [VARIANCE] * 12, "target": True}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("answer", "trained", LONG),
    ("answer", "minima", {"negative": NONE}),
    ("answer", "saddles", {"negative": [1] * 12, "positive": [8] * 12}),
    ("answer", "mixed", {}),
    ("answer", "constant", LEVEL),
    ("answer", "none", {"kinds": "u" * 12}),
    ("answer", "differ", {"kinds": "c", "second": "c" * 12}),
    ("found", "some", {}),
    ("found", "nothing", {"kinds": "d" * 12}),
    ("kind", "trained", LONG),
    ("kind", "minima", {"negative": NONE}),
    ("kind", "saddles", {"negative": [1, 2] * 6, "positive": [8] * 12}),
    ("kind", "mixed", {"negative": [0, 2] * 6, "positive": [8] * 12}),
    ("constant", "some", LEVEL),
    ("constant", "some", {"losses": AT_LAST, "target": True}),
    ("found", "several", {"cases": 3}),
    ("relations", "falls", {"cases": 3}),
    ("relations", "rises", {"cases": 3, "positive": FALLING[::-1]}),
    ("relations", "differ", {"cases": 3, "opposite": True}),
    ("relations", "undecided", {"cases": 3, "positive": UNRELATED}),
    ("relation", "falls", {}),
    ("relation", "rises", {"positive": FALLING[::-1]}),
    ("relation", "undecided", {"positive": UNRELATED}),
    ("relation", "too_few", {"kinds": "ccc" + "u" * 9}),
    ("relation", "too_few", {"losses": [0.5 * (1 + 1e-12 * n) for n in range(12)]}),
    ("relation", "too_few", {"positive": ALL_POSITIVE}),
    ("theory", "rises", {}),
    ("theory", "falls", {"negative": [5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0]}),
    ("theory", "undecided", {"positive": UNRELATED, "negative": [1, 0, 2] * 4}),
    ("flatness", "less", {"kinds": "ffffffuuucuu"}),
    ("flatness", "more", {"kinds": "f" * 12, "curvature": [0.8, 0.81, 0.82]}),
    ("flatness", "alike", {"kinds": "f" * 12, "curvature": [0.29, 0.3, 0.31]}),
    ("flatness", "undecided", {"kinds": "f" * 12, "curvature": [0.1, 0.3, 0.9]}),
    ("flatness", "differ", {"kinds": "f" * 12, "second": "f" * 12, "turned": True}),
    ("flatness", "partly_less", {"kinds": "f" * 12, "second": "u"}),
    ("flatness", "partly_more", {"kinds": "f" * 12, "second": "u", "curvature": [0.8, 0.81, 0.8]}),
    ("flatness", "partly_alike", {"kinds": "f" * 12, "second": "u", "curvature": [0.3] * 3}),
    ("tolerance", "robust", {}),
    ("tolerance", "robust", {"swept": 0.02}),
    ("tolerance", "matters", {"swept": 1}),
    (
        "tolerance",
        "matters",
        {"swept": 1, "positive": [*FALLING[:11], 0], "second": "u" * 11 + "c"},
    ),
    ("sampled", "agrees", SADDLES_LAST | {"higher": [1.0] * 6 + [0.9] * 6}),
    ("sampled", "misses", SADDLES_LAST | {"higher": [1.0] * 12}),
    ("sampled", "misses", SADDLES_LAST | {"higher": [1.0] * 7 + [0.9] * 5}),
    ("sampled", "wide", SADDLES_LAST | {"higher": [0.9] * 12}),
    ("layer", "alone", {"layer": "layer 1 (dense 1→4)"}),
    ("diverged", "some", {"kinds": "c" * 10 + "dd"}),
]


@pytest.mark.parametrize(("name", "verdict", "truth"), CASES)
def test_the_sentence_says_the_truth(name: str, verdict: str, truth: dict[str, Any]) -> None:
    assert verdict in [claim.verdict for claim in said(made(**truth)) if claim.id.endswith(name)]


def test_every_wording_is_reached() -> None:
    reached = worded(minimal_ratio, ((f"minimal-ratio.{n}", v) for n, v, _ in CASES))
    never = wordings_of(minimal_ratio) - reached
    assert never == {("minimal-ratio.diverged", "all")}  # `nothing` is said instead


@pytest.mark.parametrize(
    ("name", "words", "truth"),
    [
        ("found", "all 12 runs of *tanh\\-0* end at a critical point, each at another one.", {}),
        ("found", "11 of 12 runs of *tanh\\-0* end at a", {"kinds": "c" * 11 + "f"}),
        ("found", "one of 12 runs of *tanh\\-0* ends at a", {"kinds": "c" + "u" * 11}),
        ("found", "none of 12 runs of *tanh\\-0* ends at a", {"kinds": "u" * 12}),
        ("found", "the median norm from 0.010 to 6.5×10⁻⁶, and at most", {"kinds": "u" * 12}),
        ("found", "the one run of *tanh\\-0* ends at a critical point.", {"kinds": "c"}),
        ("found", "the one run of *tanh\\-0* does not end at a critical", {"kinds": "u"}),
        (
            "kind",
            "A minimum lies at the one critical point as",
            {"kinds": "c" + "u" * 11, "negative": NONE},
        ),
        (
            "kind",
            "There is no minimum at the one critical point: eigenv",
            {"kinds": "u" * 11 + "c"},
        ),
        ("kind", "There is no minimum at the 12 critical points", {"negative": [1] * 12}),
        ("kind", "A minimum lies at all 12 critical points", {"negative": NONE}),
        ("constant", "all 12 runs at a critical point sit at", LEVEL),
        ("constant", "the one run at a critical point sits at", LEVEL | {"kinds": "u" * 11 + "c"}),
        ("tolerance", "its median moves not at all", {}),
        ("tolerance", "its median moves by 0.0060 at most", {"swept": 0.02}),
    ],
)
def test_one_and_many(name: str, words: str, truth: dict[str, Any]) -> None:
    assert words in by_name(made(**truth))[name].text.replace("\u00a0", " ")


def test_the_numbers_are_those_of_the_record() -> None:
    claims = by_name(made(kinds="c" * 9 + "ffu", swept=1))
    assert "nine of 12 runs of *tanh" in claims["found"].text
    assert "two ended gradient-flat and in one the norm was still falling" in claims["found"].text
    assert "goes from 1.0 to 0.60" in claims["relation"].text
    assert "nine distinct critical points" in claims["relation"].text
    assert "the median ratio moves by 0.30 or more" in claims["tolerance"].text


def test_length_of_training_is_told_with_its_counts() -> None:
    claim = by_name(made(**LONG))["kind"]
    assert "none of 6 after at most 10 epochs and 6 of 6 after 500" in claim.text
    answer = by_name(made(**LONG))["answer"].short
    assert answer is not None
    assert answer.number == "minima in none of 6 after at most 10 epochs, 6 of 6 after 500"
    reversed_lengths = LONG | {"epochs": [500] * 6 + [10] * 6}
    assert by_name(made(**reversed_lengths))["kind"].verdict == "mixed"


def test_few_points_do_not_decide_on_the_length_of_training() -> None:
    few = LONG | {"kinds": "u" * 5 + "cc" + "u" * 5}
    assert by_name(made(**few))["kind"].verdict == "mixed"


def test_points_that_agree_count_once() -> None:
    one = made(losses=[0.1] * 6 + LOSSES[6:], positive=[9] * 6 + FALLING[6:])
    claims = by_name(one)
    assert "at seven distinct ones" in claims["found"].text
    assert claims["relation"].effect is not None and claims["relation"].effect.n == 7


def test_the_record_says_which_points_are_distinct() -> None:
    numbered = made(negative=[0] * 4 + [2] * 8, positive=[8] * 12)
    rows = [row | {"point": 1 + n // 4} for n, row in enumerate(numbered.rows("runs"))]
    told = numbered.model_copy(update={"metrics": numbered.metrics | {"runs": rows}})
    assert "at three distinct ones" in by_name(told)["found"].text
    assert "Of the three distinct critical points one is a minimum" in by_name(told)["kind"].text


def test_counts_by_length_of_training_stand_in_a_table() -> None:
    (table,) = (t for t in section(made(**LONG)).tables if t.name == "kinds")
    assert [row[2:] for row in table.rows] == [("12", "12", "12", "6", "6", "0", "0/6, 6/6")]


def test_a_constant_is_called_a_constant_and_the_others_are_not() -> None:
    losses = [VARIANCE] * 11 + [0.2]
    claims = by_name(made(losses, [8] * 12, [1] * 11 + [0], target=True))
    assert (
        "11 of 12 runs at a critical point sit at 0.465, the variance of the target"
        in claims["constant"].text
    )
    assert "one is a minimum" in claims["kind"].text
    assert "constant" not in by_name(made(losses, [8] * 12, [1] * 11 + [0]))


def test_a_case_without_critical_points_is_named_beside_the_answer() -> None:
    claim = by_name(made(kinds="c" * 12, second="u" * 12, negative=NONE))["answer"]
    assert claim.verdict == "minima"
    assert claim.text.endswith("(*tanh\\-1*) no run gets there.")


def test_a_diverged_run_counts_as_planned() -> None:
    assert "ten of 12 runs of" in by_name(made(kinds="c" * 10 + "dd"))["found"].text


def test_two_runs_at_one_point_are_both_there() -> None:
    for kinds, told in (("cc", "both"), ("ccc", "all")):
        number = len(kinds)
        one = made([1.0] * number, [8] * number, [2] * number, kinds=kinds)
        assert f"{told} at the same one" in by_name(one)["found"].text


def test_a_norm_that_stays_does_not_go_from_and_to_the_same() -> None:
    one = made(kinds="u" * 12)
    for row in one.rows("runs"):
        row["trained_gradient_norm"] = row["gradient_norm"]
    assert "second phase leaves the median norm at" in by_name(one)["found"].text


def test_swapping_the_kinds_swaps_what_is_said() -> None:
    first, second = (
        by_name(made(kinds=kinds))["found"].text
        for kinds in ("cccfffff" + "u" * 4, "cccuuuuu" + "f" * 4)
    )
    assert "five ended gradient-flat and in four the norm" in first
    assert "four ended gradient-flat and in five the norm" in second


def test_rounding_does_not_make_an_order() -> None:
    """Runs at one critical value differ in their last digits only."""
    claims = by_name(made(losses=[0.0866 + 1e-15 * n for n in range(12)]))
    assert claims["relation"].verdict == "too_few"
    assert "theory" not in claims


@pytest.mark.sweep
@pytest.mark.parametrize(
    "truth",
    [
        {"cases": 2, "kinds": "ccccfudcccfu"},
        {"kinds": "c" * 12, "losses": [0.0, *LOSSES[1:]]},
        {"kinds": "d" * 12},
        {"kinds": "u"},
    ],
)
def test_the_section_draws_and_describes_itself(truth: dict[str, Any]) -> None:
    found = section(made(**truth))
    expected = ["ratio", "norms", "tolerance", "spectrum"] if truth["kinds"] != "d" * 12 else []
    assert [figure.name for figure in found.figures] == expected
    for figure in found.figures:
        figure.draw().savefig("/dev/null", format="svg")
        assert "nan" not in figure.alt
    kinds = ["kinds"] if "c" in truth["kinds"] else []
    assert [table.name for table in found.tables] == ["cases", "settings", "results", *kinds]


def test_a_name_of_digits_is_no_number_typed_in_an_alternative_text() -> None:
    record = made()
    rename = {"sine, tanh-0": "sine, 1-5-5-1"}
    metrics = {
        table: [
            row | {"case": rename[row["case"]]} if isinstance(row, dict) and "case" in row else row
            for row in content
        ]
        for table, content in record.metrics.items()
        if isinstance(content, list)
    }
    with tracing():
        figures = section(record.model_copy(update={"metrics": metrics})).figures
    for figure in figures:
        assert "1-5-5-1" in unmarked(figure.alt)
        assert not typed_numerals(f'![x](y){{#fig-x fig-alt="{figure.alt}"}}')
