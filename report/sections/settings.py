"""The settings of a task as a table: what a reader needs, under the names that the text uses."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any, cast

from report.records import Record
from report.sections.architecture import architecture
from report.words import format as fmt
from report.words.markdown import Markdown, escape
from report.words.tables import Table

CONTAINERS = {"training", "case", "cases", "comparisons"}
"""Keys that only group others: no part of a setting's name."""
NAMES = {
    "alphas, count": "values of α",
    "alphas, high": "largest α",
    "alphas, low": "smallest α",
    "alphas, outward": "largest growth of α outward",
    "batch_sizes": "batch sizes compared",
    "eigenvalue_tolerance": "relative tolerance of the eigenvalue",
    "epsilon": "ε",
    "equal_loss, epochs": "epochs to get there, at most",
    "equal_loss, loss": "equal training loss",
    "fractions": "shares of random labels",
    "full_gradients": "gradients over the whole training set",
    "grid": "points along each axis",
    "images": "images measured on",
    "label_noise": "share of random labels",
    "labels": "written at the marked points",
    "learning_rates": "learning rates compared",
    "lengths": "lengths of the first phase, as shares of the epochs",
    "line": "points along the line",
    "neighbors, number": "sampled neighbors",
    "neighbors, radius": "their distance ρ",
    "record_every": "weights recorded every",
    "search, epsilon": "ε",
    "search, iterations": "iterations at most",
    "search, least_decrease": "least decrease within the window",
    "search, window": "window of iterations",
    "snapshots": "snapshots of the trajectory",
    "test_labels": "test labels",
    "thresholds": "training accuracy that counts as fitted",
    "tolerance": "factor c of the tolerance τ",
    "trace_draws": "random sign vectors, at most",
    "trace_error": "standard error of the trace, relative",
    "whole": "solutions measured on all images",
}
"""Names of settings whose key would not say it."""
UNITS = {"record_every": "epoch"}
DEFAULTS = {"weight_decay": 0, "momentum": 0, "precision": "float32", "equal_size": True}
"""What the whole report has unless a table says otherwise; the appendix states it once."""
WORDS = {
    "adam": "Adam",
    "sgd": "SGD",
    "rmsprop": "RMSprop",
    "mse": "mean squared error",
    "cross_entropy": "cross-entropy",
    "mse_log_softmax": "squared error of the log-softmax output",
}

Row = tuple[str, Markdown]


def settings_table(
    record: Record,
    omit: Sequence[str] = ("models", "functions"),
    more: Sequence[tuple[Markdown, Markdown]] = (),
) -> Table:
    """The settings that are no defaults, and the network where the task has one.

    Where the settings hold a list of alternatives (comparisons, cases), each has its column, which
    bears the name of what it is; what is the same for all of them stands in the caption. `more`
    are rows that are no settings; they make a table of one column longer.
    """
    hidden = {*omit, "acknowledge", "chosen", "outside"}
    shown = {key: value for key, value in _whole(record.settings).items() if key not in hidden}
    lists = [key for key, value in shown.items() if _dicts(value)]
    columns = max((len(cast(list[Any], shown[key])) for key in lists), default=1)
    rows: dict[str, list[Markdown]] = {}
    for key, value in shown.items():
        if key in lists:
            for index, alternative in enumerate(cast(list[Any], value)):
                for name, text in _leaves(record, alternative, (key,), hidden):
                    rows.setdefault(name, [fmt.MISSING] * columns)[index] = text
        else:
            for name, text in _leaves(record, {key: value}, (), hidden):
                own = rows.get(name, [fmt.MISSING] * columns)  # of alternatives that say otherwise
                rows[name] = [text if one == fmt.MISSING else one for one in own]
    for name, text in _changes(record):
        rows[name] = [text] * columns
    alternatives = next((cast(list[Any], shown[key]) for key in lists), [])
    same = {name for name, values in rows.items() if columns > 1 and len({*values}) == 1}
    told = [(escape(name), *values) for name, values in rows.items() if name not in same]
    titles = _titles(record, alternatives)
    first = 30 if columns < 4 else 20
    widths = (first, *[(100 - first) // columns] * columns)
    if columns == 1:
        told, titles, widths = _folded([*told, *more]), ["Value", "Setting", "Value"], (23, 27) * 2
    return Table(
        name="settings",
        caption=Markdown(
            f"Settings{' and network' if 'network' in rows else ''}.{_images(record)}"
            f"{_same({name: rows[name][0] for name in rows if name in same})}{_ours(record)}"
        ),
        header=("Setting", *titles),
        align="l" * len(widths),
        rows=tuple(told),
        widths=widths,
    )


def _same(rows: Mapping[str, Markdown]) -> Markdown:
    """A sentence that lists the settings which are the same for all alternatives."""
    told = "; ".join(f"{escape(name)}: {text}" for name, text in rows.items())
    return Markdown(f" The same for all: {told}." if told else "")


def _whole(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with whole `cases`, where these say only what differs from the first one."""
    cases = cast(list[dict[str, Any]], settings.get("cases") or [])
    if not cases or settings.get("data") is None:
        return {key: value for key, value in settings.items() if not cases or value is not None}
    given = [{k: v for k, v in case.items() if v is not None} for case in cases]
    varied = [key for key in settings if any(key in case for case in given)]
    varied += [key for key in given[0] if key not in varied]
    own = {key: settings.get(key) for key in varied}
    others = [
        {k: own[k] | case.get(k, {}) if k == "training" else case.get(k, own[k]) for k in varied}
        for case in given
    ]
    shared = {k: v for k, v in settings.items() if k not in (*varied, "cases")}
    return {**shared, "cases": [own, *others]}


def _folded(rows: list[tuple[Markdown, ...]]) -> list[tuple[Markdown, ...]]:
    """Names and values in two halves side by side, the first half left."""
    half = (len(rows) + 1) // 2
    empty = (Markdown(""), Markdown(""))
    return [
        (*left, *right) for left, right in zip_longest(rows[:half], rows[half:], fillvalue=empty)
    ]


def _changes(record: Record) -> Iterator[Row]:
    """What single functions and models, which have tables of their own, change in the training."""
    for key in ("functions", "models"):
        for one in cast(list[dict[str, Any]], record.settings.get(key, [])):
            yield from _own_training(record, one, key[:-1])


def _own_training(record: Record, one: Mapping[str, Any], kind: str) -> Iterator[Row]:
    """What a function or network changes in the training: `epochs, function sinc`."""
    for name, text in _leaves(record, one.get("training") or {}, (), set()):
        yield f"{name}, {kind} {one['name']}", text


def change_words(record: Record, change: Mapping[str, Any]) -> Markdown:
    """Settings of a training in a clause: `SGD`, `SGD, weight decay 0.01`."""
    told = _leaves(record, dict(change), (), set())
    return Markdown(", ".join(v if name == "optimizer" else f"{name} {v}" for name, v in told))


def _dicts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _titles(record: Record, alternatives: list[dict[str, Any]]) -> list[str]:
    """What each alternative is: `MNIST CNNs`, `sinc`; told apart by a number where still equal."""
    titles = []
    for one in alternatives:
        of = one.get("data") or one.get("function") or {}
        words = [_title(record, of["name"])] if "name" in of else []
        if "models" in one:
            deep = any("Conv" in str(m.get("layers")) or m["convolutions"] for m in one["models"])
            words.append("CNNs" if deep else "MLPs")
        if one.get("model"):
            words.append(one["model"]["name"])
        if one.get("label_noise"):
            words.append("with label noise")
        if one.get("outside"):
            words.append("(outside)")
        titles.append(" ".join(words) or "alternative")
    return [
        f"{title} ({titles[: index + 1].count(title)})" if titles.count(title) > 1 else title
        for index, title in enumerate(titles)
    ]


def _title(record: Record, key: str) -> str:
    """The title of a data set, such as MNIST for mnist; of anything else, its name."""
    known = {re.sub(r"\W", "", data.name.lower()): data.name for data in record.datasets}
    return known.get(key, key)


def _images(record: Record) -> Markdown:
    """A sentence that names the image data sets and their sizes, and what is synthetic."""
    sets = dict.fromkeys(
        f"{escape(d.name)}{' (synthetic)' if d.synthetic else ''}, {fmt.count(d.train_size)} "
        f"training and {fmt.count(d.test_size)} test images"
        for d in record.datasets
    )
    return Markdown(f" Data: {'; '.join(sets)}." if sets else "")


def _ours(record: Record) -> Markdown:
    """A sentence that lists the settings which a reference does not state."""
    keys = cast(list[str], record.settings.get("chosen", []))
    parts = [tuple(part for part in key.split(".") if not part.isdigit()) for key in keys]
    names = dict.fromkeys(_name(path) for path in parts)
    if not names:
        return Markdown("")
    return Markdown(f" Not stated by the reference, chosen here: {escape('; '.join(names))}.")


def _name(path: tuple[str, ...]) -> str:
    words = [part for part in path if part not in CONTAINERS] or list(path)
    key = ", ".join(words)
    return NAMES.get(key, key.replace("_", " "))


def _leaves(
    record: Record, settings: dict[str, Any], path: tuple[str, ...], hidden: set[str]
) -> Iterator[Row]:
    """Names and formatted values, without what is empty or a default of the whole report."""
    for key, value in settings.items():
        here = (*path, key)
        if key in hidden:
            continue
        if key == "batch_size" and value is None:
            yield _name(here), Markdown("all examples")
        elif value is None or value == [] or (key in DEFAULTS and value == DEFAULTS[key]):
            continue
        elif key == "patience" and settings.get("min_change") is None:
            continue  # of the other rule
        elif isinstance(value, dict) and key in TOLD:
            yield from TOLD[key](record, value)
        elif isinstance(value, dict):
            yield from _leaves(record, value, here, hidden)
        elif _dicts(value):
            for number, one in enumerate(value, start=1):
                yield from _leaves(record, one, (*path, f"{key} {number}"), hidden)
        else:
            yield _name(here), _shown(key, value)


def _data(record: Record, data: dict[str, Any]) -> Iterator[Row]:
    title, size = escape(_title(record, data["name"])), data.get("train_size")
    subset = f", {fmt.count(size)} training images" if size else ""
    yield "data", Markdown(title + subset)
    if data.get("validation"):
        yield "held out for validation", fmt.percent(data["validation"])
    if data.get("resize"):
        yield "images scaled to", Markdown(f"{fmt.count(data['resize'])} pixels a side")
    if data.get("scaling", "standard") != "standard":
        yield "pixels", scaling(data["scaling"])
    synthetic = any(d.synthetic for d in record.datasets if d.name == _title(record, data["name"]))
    if "seed" in data and (size or data.get("test_size") or synthetic):
        yield "seed of the data", fmt.count(data["seed"])


def scaling(of: str | dict[str, Any]) -> Markdown:
    """How pixels were scaled: `scaled to [0, 1]`."""
    if isinstance(of, str):
        return {
            "standard": Markdown("normalized by the mean and standard deviation of each channel"),
            "unit": Markdown(f"scaled to [{_setting([0, 1])}]"),
            "symmetric": Markdown(f"scaled to [{_setting([-1, 1])}]"),
        }[of]
    return Markdown(f"less {_setting(of['mean'])}, divided by {_setting(of['std'])}")


def _function(record: Record, function: dict[str, Any]) -> Iterator[Row]:
    points = f", {fmt.plural(function['points'], 'point')}" if function.get("points") else ""
    domain = function.get("domain")
    where = f" on [{_setting(domain)}]" if domain else ""
    more = "".join(f", {words}" for words in sampled(function))
    yield "function", Markdown(f"{escape(function['name'])}{points}{where}{more}")
    yield from _own_training(record, function, "function")


def sampled(function: Mapping[str, Any]) -> Iterator[Markdown]:
    """What is done with the points of a function, where it is not the usual."""
    if function.get("sampling") == "random":
        yield Markdown("points drawn at random")
    if function.get("noise"):
        deviation = _setting(function["noise"])
        yield Markdown(f"normal noise of deviation {deviation} on the training values")
    if function.get("scale"):
        yield Markdown("x and y standardized")
    if function.get("shown"):
        yield Markdown(f"drawn on [{_setting(function['shown'])}]")


def _network(record: Record, network: dict[str, Any]) -> Iterator[Row]:
    model = next((m for m in record.models if m.name == network.get("name")), None)
    if model is not None:
        yield "network", Markdown(f"{escape(model.name)}: {architecture(record, model)}")
        yield "parameters", fmt.count(model.parameters)
        yield from _own_training(record, network, "network")


def _schedule(_: Record, schedule: dict[str, Any]) -> Iterator[Row]:
    if "every" in schedule:
        number = schedule["every"]
        every = "epoch" if number == 1 else fmt.plural(number, "epoch")
        words = f"× {_setting(schedule['factor'])} every {every}"
    elif schedule["name"] == "CosineAnnealingLR":
        time = fmt.plural(schedule["T_max"], schedule.get("interval", "epoch"))
        words = f"cosine to {_setting(schedule.get('eta_min', 0))} within {time}"
    else:
        arguments = [
            f"{k} = {_signed(str(v).lower() if isinstance(v, bool) else v)}"
            for k, v in schedule.items()
            if k != "name"
        ]
        words = escape(", ".join([schedule["name"], *arguments]))
    yield "schedule of the rate", Markdown(words)


def loss_name(name: str) -> Markdown:
    """A loss in words: `mean squared error`; of torch.nn, its class."""
    return escape(WORDS.get(name, name))


def _choice(key: str, _: Record, chosen: dict[str, Any]) -> Iterator[Row]:
    """A name with its arguments: `SGD (momentum 0.9, nesterov yes)`."""
    given = ", ".join(
        f"{escape(name.replace('_', ' '))} {_setting(value)}"
        for name, value in chosen.items()
        if name != "name" and value is not None
    )
    yield key, Markdown(f"{loss_name(chosen['name'])}{f' ({given})' if given else ''}")


def _augmentation(_: Record, change: dict[str, Any]) -> Iterator[Row]:
    kinds = ["mirrored"] if change.get("flip") else []
    if change.get("shift"):
        kinds.append(f"shifted by up to {change['shift']} pixels")
    yield "augmentation", escape(", ".join(kinds) or "none")


TOLD: dict[str, Callable[[Record, dict[str, Any]], Iterator[Row]]] = {
    "data": _data,
    "function": _function,
    "network": _network,
    "model": _network,
    "schedule": _schedule,
    "optimizer": partial(_choice, "optimizer"),
    "loss": partial(_choice, "loss"),
    "augmentation": _augmentation,
}
"""Groups of settings that are told in one or two rows."""


def _shown(key: str, value: object) -> Markdown:
    if key.endswith("seeds") and isinstance(value, list):
        return fmt.seeds(cast(list[int], value))
    if key in UNITS and isinstance(value, int):
        return fmt.plural(value, UNITS[key])
    return _setting(value)


@fmt.formatter
def _setting(value: object) -> Markdown:
    if isinstance(value, list):
        return escape(", ".join(_signed(v) for v in value))
    if isinstance(value, bool):
        return Markdown("yes" if value else "no")
    if isinstance(value, int):
        return fmt.count(value)
    if isinstance(value, float):
        return _small(value) if value and abs(value) < 1e-4 else Markdown(_signed(f"{value:g}"))
    word = WORDS.get(str(value), str(value))
    return escape(word.replace("_", " ") if word.isidentifier() else word)


def _small(value: float) -> Markdown:
    """A small number with the digits that it has: 1×10⁻¹⁰, 2.5×10⁻⁵."""
    mantissa = f"{value:.3e}".partition("e")[0].rstrip("0")
    return fmt.number(value, max(1, sum(c.isdigit() for c in mantissa)))


def _signed(value: object) -> str:
    """A value with a minus sign where a program writes a hyphen."""
    return re.sub(r"^-(?=\d)", "−", f"{value:g}" if isinstance(value, float) else str(value))
