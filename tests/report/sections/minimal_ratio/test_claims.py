"""What is said about critical points, on records whose truth is known."""

from typing import Any

import numpy as np
import pytest

from report.claims.claim import Claim, Statement
from report.claims.verdict import contradiction
from report.records import Record
from report.sections.minimal_ratio import claims as minimal_ratio
from report.sections.minimal_ratio.claims import CRITICAL, DIVERGED, FLAT, UNFINISHED, commentary
from report.sections.minimal_ratio.figures import section
from report.words.numerals import typed_numerals
from report.words.traced import tracing, unmarked
from tests.report.records.build import model, record
from tests.report.sections.grammar import faults

P = 1000
"""Parameters of the network."""
SWEEP = [1e-14, 1e-12, 1e-10, 1e-8]

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
) -> Record:
    """Runs with given losses and tenths of eigenvalues, in every case the same.

    `kinds` has a letter for each run: c(ritical), f(lat), u(nfinished), d(iverged). `swept` is how
    many tenths are no longer positive from each tolerance to the next; `curvature` cycles through
    what ‖Hg‖ is of λ_max‖g‖, where an even gradient would have 0.3; `trained` is the loss after
    training, as a multiple of the loss at the end.
    """
    names = {"c": CRITICAL, "f": FLAT, "u": UNFINISHED, "d": DIVERGED}
    rows = []
    for case in range(cases):
        for n, kind in enumerate(kinds):
            below = (negative or [10 - count for count in positive])[n]
            rows.append(
                {
                    "case": f"sine, tanh-{case}",
                    "seed": n,
                    "epochs": 10 * (1 + n % 2),
                    "diverged_at": 3 if kind == "d" else None,
                    "verdict": names[kind],
                    "trained_loss": trained * losses[n],
                    "trained_gradient_norm": 1e-2,
                    "loss": losses[n],
                    "gradient_norm": 1e-14 if kind == "c" else 1e-6 * (1 + n),
                    "relative_gradient_norm": 1e-15 if kind == "c" else 1e-7,
                    "gradient_curvature": (curvature or [0.02, 0.03, 0.04])[n % 3],
                    "even_curvature": 0.3,
                    "minimal_ratio": positive[n] / 10,
                    "near_zero": (10 - positive[n] - below) / 10,
                    "negative": below / 10,
                    "swept_positive": [max(0, tenths(positive[n] - swept * k)) for k in range(4)],
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
        }
        for case in range(cases)
    ]
    spectrum = [-1e-3, 0.0, 1e-16, 1e-9, 0.1, 1.0, 2.0, 3.0, 4.0, 5.0]
    whole = [fact for fact in facts if set(kinds) != {"d"}]
    return record(
        "minimal-ratio",
        settings={"search": {"epsilon": 1e-10, "iterations": 10}, "tolerance": 10.0},
        models=tuple(model(f"tanh-{case}", 1, P) for case in range(cases)),
        metrics={
            "cases": facts,
            "sweep": [{"relative_tolerance": tolerance} for tolerance in SWEEP],
            "runs": rows,
            "spectra": [{"case": f["case"], "seed": 0, "eigenvalues": spectrum} for f in whole],
        },
    )


def said(made_record: Record) -> dict[str, Claim]:
    """Claims by the last part of their identifier, each a sentence on numbers of the record."""
    claims = [claim for paragraph in commentary(made_record) for claim in paragraph]
    found = {claim.id.partition(".")[2]: claim for claim in claims}
    assert len(found) == len(claims)
    for claim in claims:
        assert not contradiction(claim)
        assert not faults(claim.text), (faults(claim.text), claim.text)
        assert all(evidence.holds(made_record) for evidence in claim.evidence)
    return found


ALL_POSITIVE, NONE = [10] * 12, [0] * 12
UNRELATED = [5, 9, 4, 8, 6, 7, 7, 6, 8, 4, 9, 5]
REST = "ccccfu" * 2

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("found", "all", {}),
    ("found", "most", {"kinds": "c" * 11 + "f"}),
    ("found", "some", {"kinds": "cu" * 6}),
    ("found", "few", {"kinds": "c" + "u" * 11}),
    ("found", "none", {"kinds": "u" * 12}),
    ("found", "single", {"kinds": "c"}),
    ("found", "nothing", {"kinds": "d" * 12}),
    ("rest", "both", {"kinds": REST}),
    ("rest", "flat", {"kinds": "c" * 10 + "ff"}),
    ("rest", "unfinished", {"kinds": "c" * 11 + "u"}),
    ("loss", "never_rises", {}),
    ("loss", "rises", {"trained": 0.5}),
    ("loss", "single", {"kinds": "u"}),
    ("shares", "curved", {}),
    ("shares", "flat", {"positive": [2] * 12, "negative": NONE}),
    ("kind", "minima", {"negative": NONE}),
    ("kind", "saddles", {"negative": [1, 2] * 6, "positive": [8] * 12}),
    ("kind", "mixed", {"negative": [0, 2] * 6, "positive": [8] * 12}),
    ("kind", "one_minimum", {"kinds": "c" + "u" * 11, "negative": NONE}),
    ("kind", "one_saddle", {"kinds": "u" * 11 + "c"}),
    ("relation", "falls", {}),
    ("relation", "rises", {"positive": FALLING[::-1]}),
    ("relation", "undecided", {"positive": UNRELATED}),
    ("relation", "too_few", {"kinds": "ccc" + "u" * 9}),
    ("relation", "one_loss", {"losses": [0.5 * (1 + 1e-12 * n) for n in range(12)]}),
    ("relation", "one_ratio", {"positive": ALL_POSITIVE}),
    ("theory", "rises", {}),
    ("theory", "falls", {"negative": [5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0]}),
    ("theory", "undecided", {"positive": UNRELATED, "negative": [1, 0, 2] * 4}),
    ("overall", "falls", {"kinds": "ccc" + "u" * 9}),
    ("overall", "rises", {"kinds": "u" * 12, "positive": FALLING[::-1]}),
    ("overall", "undecided", {"kinds": "u" * 12, "positive": UNRELATED}),
    ("flatness", "clearly_less", {"kinds": REST}),
    ("flatness", "slightly_less", {"kinds": REST, "curvature": [0.2, 0.21, 0.22]}),
    ("flatness", "no_difference", {"kinds": REST, "curvature": [0.1, 0.3, 0.9]}),
    ("flatness", "slightly_more", {"kinds": REST, "curvature": [0.4, 0.41, 0.42]}),
    ("flatness", "clearly_more", {"kinds": REST, "curvature": [0.8, 0.81, 0.82]}),
    ("tolerance", "constant", {}),
    ("tolerance", "robust", {"swept": 0.02}),
    ("tolerance", "matters", {"swept": 1}),
    ("diverged", "some", {"kinds": "c" * 10 + "dd"}),
]


@pytest.mark.parametrize(("name", "verdict", "truth"), CASES)
def test_the_sentence_says_the_truth(name: str, verdict: str, truth: dict[str, Any]) -> None:
    assert said(made(**truth))[name].verdict == verdict


def test_every_wording_is_reached() -> None:
    statements = [s for s in vars(minimal_ratio).values() if isinstance(s, Statement)]
    wordings = {(s.id.partition(".")[2], verdict) for s in statements for verdict in s.wordings}
    assert wordings == {(name, verdict) for name, verdict, _ in CASES}


def test_the_numbers_are_those_of_the_record() -> None:
    claims = said(made(kinds="c" * 9 + "ffu", swept=1))
    assert "9 of 12 runs of *tanh" in claims["found"].text
    assert "from 0.010 to 1.0×10⁻¹⁴" in claims["found"].text
    # Norms of the rest: 1e-6 times 10, 11 and 12.
    assert "two ended gradient-flat" in claims["rest"].text
    assert "(at 1.0×10⁻⁵ in the median)" in claims["rest"].text
    assert "in one it was still falling" in claims["rest"].text
    assert "(at 1.2×10⁻⁵)" in claims["rest"].text
    # Ratios of nine critical points: 1, 1, 0.9, 0.8 and 0.8, 0.8, 0.7, 0.6, 0.6.
    assert "0.95 in the half with the lower losses, 0.70 in the other" in claims["relation"].text
    assert "from 0.80 at 1×10⁻¹⁴ to 0.50 at 1×10⁻⁸" in claims["tolerance"].text


def test_swapping_the_kinds_swaps_what_is_said() -> None:
    first, second = (
        said(made(kinds=kinds))["rest"].text
        for kinds in ("cccfffff" + "u" * 4, "cccuuuuu" + "f" * 4)
    )
    assert "five ended gradient-flat" in first and "in four it was still falling" in first
    assert "four ended gradient-flat" in second and "in five it was still falling" in second


def test_rounding_does_not_make_an_order() -> None:
    """Runs at one critical value differ in their last digits only."""
    one = made(losses=[0.0866 + 1e-15 * n for n in range(12)])
    assert said(one)["relation"].verdict == "one_loss"
    assert "theory" not in said(one)


def test_the_tolerance_is_told_of_the_critical_points_where_they_are_most() -> None:
    assert "11 critical points" in said(made(kinds="c" * 11 + "u"))["tolerance"].text
    assert "12 runs" in said(made(kinds="c" + "u" * 11))["tolerance"].text


def test_every_case_has_its_paragraph() -> None:
    paragraphs = commentary(made(cases=2, kinds=REST))
    assert [paragraph[0].about for paragraph in paragraphs] == ["sine-tanh-0", "sine-tanh-1"]
    assert [claim.id for claim in commentary(made(kinds=REST))[1]] == ["minimal-ratio.flatness"]


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
    assert [table.name for table in found.tables] == ["models", "cases", "results"]


@pytest.mark.parametrize(
    ("kinds", "words"), [("c" + "u" * 11, "1 of 12"), ("cc" + "u" * 10, "2 of")]
)
def test_one_run_ends_and_two_end(kinds: str, words: str) -> None:
    text = said(made(kinds=kinds))["found"].text
    assert f"only {words}" in text
    assert ("parameters ends at" in text) == words.startswith("1")


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
