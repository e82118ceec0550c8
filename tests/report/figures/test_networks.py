"""Networks in figures: what they are called, and what color and dashes tell."""

from report.figures.networks import network_styles, network_words
from report.figures.style import DASHES
from report.records.record import Model

MLP, CNN = "784-32-10, ReLU", "conv 3×3 16 padded, pool 2, dense 10, ReLU"


def network(name: str, depth: int, architecture: str = MLP) -> Model:
    return Model(name=name, architecture=architecture, depth=depth, parameters=10)


def test_machine_names_become_words_and_others_stay() -> None:
    models = [network("mnist-cnn-3", 3, CNN), network("m1", 1, "784-8-10"), network("deep", 7)]
    assert network_words(models) == {
        "mnist-cnn-3": "CNN, 3 layers",
        "m1": "MLP, 1 layer",
        "deep": "deep",
    }
    same = [network(name, depth) for name, depth in (("narrow-1", 1), ("wide-1", 1), ("deep-2", 2))]
    assert network_words(same) == {name: name for name in ("narrow-1", "wide-1", "deep-2")}
    assert network_words([network("own-2", 2, "module own.py")]) == {"own-2": "own-2"}


def test_color_is_depth_and_dashes_are_the_family() -> None:
    models = [network("a", 1), network("b", 3), network("c", 1, CNN), network("d", 3, CNN)]
    one = network_styles(models, models)
    assert one["a"].color == one["c"].color != one["b"].color == one["d"].color
    assert one["a"].dashes == one["b"].dashes == DASHES[0]
    assert one["c"].dashes == one["d"].dashes == DASHES[1]
    assert network_styles(models[3:], models)["d"].color == one["d"].color


def test_networks_of_one_depth_and_family_differ_in_dashes() -> None:
    models = [network("a", 2), network("b", 2), network("c", 2)]
    styles = network_styles(models, models)
    assert len({str(style.dashes) for style in styles.values()}) == 3
