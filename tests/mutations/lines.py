"""The Summary's lines: each says in short what its sentence says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.mutations.reading import Reading

OPEN = [("do not decide|stays open|is open", "stays open|not decide|leave that open")]
PARTS = [
    ("^Yes (?:on|among) [^|]*open", "(?:pays|gets shorter)[^;]*.*; (?:on|among) .* no order"),
    (
        "^No (?:on|among) [^|]*open",
        "(?:harm|no difference|longer|keeps)[^;]*.*; (?:on|among) .* no order",
    ),
    ("^(?:Yes|No)\\b", "depends on the"),
]
SAYS = {
    "simulate-function.depth": [
        ("^Yes\\.", "^On .* depth pays: [^;]*\\.$"),
        ("^It does harm", "^On .* depth does harm: [^;]*\\.$"),
        ("^It makes no difference", "^On .* depth makes no .*: [^;]*\\.$"),
        *PARTS,
        *OPEN,
    ],
    "train-on-task.depth": [
        ("^Yes\\.", "^Among .* depth pays[^:]*: [^;]*(?:; as these[^;]*)?\\.$"),
        ("^It does harm", "^Among .* depth does harm[^:]*: [^;]*(?:; as these[^;]*)?\\.$"),
        ("^It makes no difference", "^Among .* depth makes no [^;]*(?:; as these[^;]*)?\\.$"),
        *PARTS,
        *OPEN,
    ],
    "weight-trajectories.answer": [
        ("^No: they move apart", "place: they move apart in the whole model as in the layer\\."),
        ("^No, though they come", "they come closer in the whole model as in the layer\\."),
        ("^No: they stay", "as they began in the whole model as in the layer\\."),
        ("^No: farther apart in .*open", "place: they move apart in .*; in .* no order"),
        ("^No: closer in .*open", "though they come closer in .*; in .* no order"),
        ("^No: as far apart .*open", "as they began in .*; in .* no order"),
        ("^No: [^|]* in ", "in one place: they .* and they|no order"),
        ("^No; whether", "stays open"),
    ],
    "weight-trajectories.place": [
        ("^Yes", "^Repeated trainings end in one"),
        ("^Too few", "^Fewer"),
        ("^One training", "^One training says"),
    ],
    "gradient-norm.answer": [
        ("^Yes\\.", "^On .* gets shorter in .* it began\\.$"),
        ("^It gets longer", "^On .* gets longer in .* it began\\.$"),
        ("^It keeps its", "^On .* keeps its .* it began\\.$"),
        *PARTS,
        *OPEN,
    ],
    "minimal-ratio.answer": [
        ("^No minimum after short", "after short training, and mostly"),
        ("^A minimum, in every", "every run that gets there is at a minimum"),
        ("^A minimum, in the one", "the one run that gets there is at a minimum"),
        ("^Never a minimum", "no run that gets there|the one run that gets there is not"),
        ("^A minimum in some", "some runs that get there"),
        ("^Mostly|^No kind", "depends on the problem"),
        ("^A network that outputs", "outputs a constant"),
        ("^No run gets", "^On .* (?:no run reaches|the one run does not reach)"),
    ],
    "error-surface.rise": [
        ("^It climbs back", "the loss climbs: along random"),
        ("^It rises on some", "does not rise equally"),
        ("^It stays below", "rises little"),
        ("^Nothing", "^Every run diverged"),
    ],
    "random-labels.fit": [
        ("^Yes, in (?:every|the one) run\\.", "(?:every|the one) run reaches"),
        ("^Yes, in (?:every|the one) run that did", "(?:every|the one) run that did not diverge"),
        ("^To .* or more, but not", "is reached by"),
        ("^Not within", "the training loss still falls"),
        ("^No, and", "has stopped falling"),
        ("^Nothing", "^No run"),
    ],
    "parameter-count.stops": [
        ("^At [\\d,]+, for accuracy", "^Size stops helping at"),
        ("^At the smallest", "^Size hardly matters"),
        ("^Nowhere", "^Size helps to the end"),
        ("^At \\*[^*]+\\*, which", "^One size is best"),
        ("^The runs do not show", "stays open"),
        ("^A single structure", "^The only structure"),
        ("^Nothing", "^No run"),
    ],
    "interpolation.contrast": [
        ("from different starts, .* from common.* higher", "is higher than from common"),
        ("from different starts, .* from common.* lower", "is lower than from common"),
        ("factor .* at most", "no difference that matters|depends on the training|stays open"),
    ],
}
for task in ("sensitivity", "sharpness"):
    SAYS[f"{task}.loss-gap"] = [
        (
            "^Yes(?:, also|; near|\\.)",
            "^The (?:more sensitive|sharper) solutions have the wider",
        ),
        ("^No(?:, nor|; near|\\.)", "narrower"),
        ("^Mixed", "depends on the"),
        ("^Yes by some", "have the wider .* no order"),
        ("^No by some", "have the narrower .* no order"),
        ("^Open", "stays open"),
    ]
HELD = [
    ("fit may explain it", "wider.* may explain it|narrower.* may explain it"),
    ("^Yes, also|loss, yes\\.", "wider"),
    ("^No, nor|loss, no\\.", "narrower"),
    ("^Yes by some measures, also|loss, yes by some", "wider .* no order"),
    ("^No by some measures, also|loss, no by some", "narrower .* no order"),
    ("^Mixed, also|loss, mixed", "wider .* narrower"),
    ("^Open, also|loss, open", "leave open"),
]
"""What a line says of the comparison at an equal training loss."""


def lines(reading: Reading) -> Iterator[str]:
    """Lines that say something else than their sentence, or that no rule knows."""
    for line in (text for text in reading.texts if text.kind == "line"):
        rules = SAYS.get(f"{reading.task}.{line.name}", [])
        known = [(short, long) for short, long in rules if re.search(short, line.text)]
        sentence = reading.said(line.name)
        if not known:
            yield f"line {line.name}: not known: {line.text}"
        elif "near equal training loss" in line.text:
            held = [long for short, long in HELD if re.search(short, line.text)]
            if not any(re.search(long, reading.said("fit-held")) for long in held):
                yield f"line {line.name}: not at equal loss: {line.text} {reading.said('fit-held')}"
        elif not any(re.search(long, sentence) for _, long in known):
            yield f"line {line.name}: not what the sentence says: {line.text} {sentence}"
