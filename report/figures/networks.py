"""Networks in figures: color and marker tell the depth, dashes the family."""

import re
from collections.abc import Iterable, Sequence

from report.figures.style import COLORS, DASHES, MARKERS, Line
from report.records.record import Model

FAMILIES = ("MLP", "CNN")
_MACHINE = re.compile(r"[a-z0-9.]*[-_0-9][a-z0-9._-]*", re.IGNORECASE)


def network_words(models: Iterable[Model]) -> dict[str, str]:
    """What a figure calls each network, by its name.

    A name in words stays as it is; one such as `mnist-cnn-3` becomes `CNN, 3 layers`, unless two
    of the networks would be called the same: then all keep their names.
    """
    words = {model.name: _words(model) for model in models}
    return words if len(set(words.values())) == len(words) else {name: name for name in words}


def network_styles(shown: Sequence[Model], everything: Iterable[Model]) -> dict[str, Line]:
    """The style of each network of a panel, by its name, the same in all panels of a record.

    Args:
        shown: the networks of the panel.
        everything: those of the record, whose depths share the colors.
    """
    depths = sorted({model.depth for model in everything})
    styles: dict[str, Line] = {}
    for model in shown:
        rank = depths.index(model.depth)
        color = COLORS[rank % len(COLORS)]
        taken = [line.dashes for line in styles.values() if line.color == color]
        own = DASHES[FAMILIES.index(_family(model) or "MLP")]
        dashes = next((d for d in (own, *DASHES[len(FAMILIES) :]) if d not in taken), own)
        styles[model.name] = Line(color, dashes, MARKERS[rank % len(MARKERS)], sparse=True)
    return styles


def _family(model: Model) -> str | None:
    if "conv" in model.architecture:
        return "CNN"
    return "MLP" if re.match(r"\d+(-\d+)+", model.architecture) else None


def _words(model: Model) -> str:
    family = _family(model)
    if family is None or (model.name.strip() and not _MACHINE.fullmatch(model.name)):
        return model.name
    return f"{family}, {model.depth} layer{'' if model.depth == 1 else 's'}"
