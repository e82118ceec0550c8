"""Train on a task: a comparison with seeds of its own, and one that stands outside."""

from experiments.engine.context import Context
from experiments.tasks.train_on_task import Settings, run


def test_a_comparison_may_stand_outside_with_seeds_of_its_own(context: Context) -> None:
    data = {"name": "digits", "train_size": 60, "test_size": 40}
    training = {"loss": "cross_entropy", "epochs": 2, "batch_size": 20}
    models = [{"name": "one", "hidden": [8]}, {"name": "two", "hidden": [6, 6]}]
    large = [
        {
            "name": "large",
            "layers": ["Flatten()", "Linear(16)", "BatchNorm1d()", "ReLU()", "Linear(10)"],
        }
    ]
    inside = {"data": data, "training": training, "models": models}
    outside = {"models": large, "seeds": [7], "outside": True}
    settings = Settings.model_validate({"comparisons": [inside, inside | outside], "seeds": [0, 1]})
    measured = run(settings, context)
    assert measured.seeds == (0, 1, 7)
    assert [(r.model, r.seed, r.outside) for r in measured.metrics.runs] == [
        ("one", 0, None),
        ("one", 1, None),
        ("two", 0, None),
        ("two", 1, None),
        ("large", 7, True),
    ]
    assert [use.runs for use in settings.uses()] == [2, 2, 1]
    assert not settings.contradictions()  # a single model outside compares nothing
    assert settings.smoke().comparisons[1].seeds == (7,)
    assert not {"seeds", "outside"} & settings.model_dump()["comparisons"][0].keys()
