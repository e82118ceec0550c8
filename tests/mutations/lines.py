"""The Summary's lines: each says in short what its sentence says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.mutations.reading import Reading

OPEN = [("do not decide|stays open|is open", "stays open|not decide|leave that open")]
SAYS = {
    "simulate-function.depth": [
        ("^Yes", "^On .* depth pays: [^;]*\\.$"),
        ("^It does harm", "^On .* depth does harm: [^;]*\\.$"),
        ("^It makes no difference", "^On .* depth makes no .*: [^;]*\\.$"),
        ("^In part: yes", "^On .* depth pays: .*; on .* no order"),
        ("^In part: it does harm", "^On .* depth does harm: .*; on .* no order"),
        ("^In part: it makes no", "^On .* depth makes no difference .*; on .* no order"),
        ("^That depends", "depends on the function"),
        *OPEN,
    ],
    "train-on-task.depth": [
        ("^Yes", "^Among .* depth pays: [^;]*(?:; as these[^;]*)?\\.$"),
        ("^It does harm", "^Among .* depth does harm: [^;]*(?:; as these[^;]*)?\\.$"),
        ("^It makes no difference", "^Among .* depth makes no [^;]*(?:; as these[^;]*)?\\.$"),
        ("^In part: yes", "^Among .* depth pays: .*; among .* no order"),
        ("^In part: it does harm", "^Among .* depth does harm: .*; among .* no order"),
        ("^In part: it makes no", "^Among .* no difference .*; among .* no order"),
        ("^That depends", "depends on the networks"),
        *OPEN,
    ],
    "weight-trajectories.answer": [
        ("^No: they move apart", "place: they move apart in the whole model and the layer\\."),
        ("^No, though they come", "they come closer in the whole model and the layer\\."),
        ("^No: they stay", "as they began in the whole model and the layer\\."),
        ("^No; layer and model differ", "in one place: they .* and they"),
        ("^No: in part they move", "place: they move apart in .*; in .* no order"),
        ("^No, though in part", "though they come closer in .*; in .* no order"),
        ("^No: in part they stay", "as they began in .*; in .* no order"),
        ("^No; whether", "stays open"),
    ],
    "weight-trajectories.place": [
        ("^Yes", "^Repeated trainings end in one"),
        ("^Too few", "^Fewer"),
    ],
    "gradient-norm.answer": [
        ("^Yes", "^On .* gets shorter in .* it began\\.$"),
        ("^It gets longer", "^On .* gets longer in .* it began\\.$"),
        ("^It keeps its", "^On .* keeps its .* it began\\.$"),
        ("^In part: yes", "^On .* gets shorter in .*; on .* no order"),
        ("^In part: it gets longer", "^On .* gets longer in .*; on .* no order"),
        ("^In part: it keeps", "^On .* keeps its .*; on .* no order"),
        ("^That depends", "depends on the problem"),
        *OPEN,
    ],
    "minimal-ratio.answer": [
        ("^No minimum after short", "after short training, and mostly"),
        ("^A minimum, in every", "every run that gets there is at a minimum"),
        ("^Never a minimum", "no run that gets there"),
        ("^A minimum in some", "some runs that get there"),
        ("^Mostly|^No kind", "depends on the problem"),
        ("^A network that outputs", "outputs a constant"),
        ("^No run gets", "^On .* no run reaches"),
    ],
    "error-surface.rise": [
        ("^It rises on every", "rises on every side"),
        ("^It rises on some", "does not rise equally"),
        ("^It stays below", "rises little"),
        ("^Nothing", "^Every run diverged"),
    ],
    "random-labels.fit": [
        ("^Yes, in every run\\.", "every run reaches"),
        ("^Yes, in every run that did", "every run that did not diverge"),
        ("^Only in some", "only sometimes"),
        ("^That depends on the network", "depends on the network|fits random labels"),
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
        ("^A higher one", "^Where two trainings begin matters"),
        ("^A lower one", "is lower than from common ones"),
        ("^The same", "makes no difference that matters to the barrier between"),
        ("depends on the training", "depends on the training"),
        ("^In part: a higher", "is higher than from common .* no order"),
        ("^In part: a lower", "is lower than from common .* no order"),
        ("^In part: the same", "no difference that matters to the barrier .* no order"),
        *OPEN,
    ],
}
for task in ("sensitivity", "sharpness"):
    SAYS[f"{task}.loss-gap"] = [
        ("^Yes, their", "^The (?:more sensitive|sharper) solutions have the wider"),
        ("^No, their", "narrower"),
        ("^That depends", "depends on the"),
        ("^By some .* yes", "have the wider .* no order"),
        ("^By some .* no;", "have the narrower .* no order"),
        *OPEN,
    ]


def lines(reading: Reading) -> Iterator[str]:
    """Lines that say something else than their sentence, or that no rule knows."""
    for line in (text for text in reading.texts if text.kind == "line"):
        rules = SAYS.get(f"{reading.task}.{line.name}", [])
        known = [(short, long) for short, long in rules if re.search(short, line.text)]
        sentence = reading.said(line.name)
        if not known:
            yield f"line {line.name}: not known: {line.text}"
        elif not any(re.search(long, sentence) for _, long in known):
            yield f"line {line.name}: not what the sentence says: {line.text} {sentence}"
