"""Which other sets of torchvision a suite may name, beside those of the catalog.

Each of these is read by torchvision's own class (`experiments.data.by_torchvision`). Imports
nothing, so that a set's name costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from experiments.data.catalog import DATASETS


@dataclass(frozen=True)
class Parts:
    """How torchvision's class is asked for training and test images, and what a suite may say.

    A set without a test part is divided as one's own data are.
    """

    train: Mapping[str, Any]
    test: Mapping[str, Any] | None
    options: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """Further arguments of the class, with their values; the first one is the default."""
    required: bool = False
    """Whether the options must be given."""


_FLAG: Final = Parts({"train": True}, {"train": False})
_SPLIT: Final = Parts({"split": "train"}, {"split": "test"})
_WHOLE: Final = Parts({}, None)


def _split(train: str, test: str, **options: tuple[Any, ...]) -> Parts:
    return Parts({"split": train}, {"split": test}, options)


SETS: Final[Mapping[str, Parts]] = {
    "Caltech101": _WHOLE,
    "CLEVRClassification": _split("train", "val"),
    "Country211": _SPLIT,
    "DTD": _split("train", "test", partition=tuple(range(1, 11))),
    "EMNIST": Parts(
        *(_FLAG.train, _FLAG.test),
        {"split": ("byclass", "bymerge", "balanced", "letters", "digits", "mnist")},
        required=True,
    ),
    "EuroSAT": _WHOLE,
    "FER2013": _SPLIT,
    "FGVCAircraft": _split(
        "trainval", "test", annotation_level=("variant", "family", "manufacturer")
    ),
    "Flowers102": _SPLIT,
    "Food101": _SPLIT,
    "GTSRB": _SPLIT,
    "Imagenette": _split("train", "val", size=("full", "320px", "160px")),
    "OxfordIIITPet": _split("trainval", "test"),
    "PCAM": _SPLIT,
    "QMNIST": _FLAG,
    "RenderedSST2": _SPLIT,
    "SEMEION": _WHOLE,
    "StanfordCars": _SPLIT,
}
"""Sets by the names of their classes, as of torchvision 0.29; test labels are public in each."""
LARGE: Final = (
    *("Caltech256", "ImageNet", "INaturalist", "LFWPeople", "Omniglot", "Places365", "SUN397"),
)
"""Sets of more than 256 classes; labels are kept in one byte."""
_OTHERS: Final = """
CarlaStereo CelebA Cityscapes CocoCaptions CocoDetection CREStereo ETH3DStereo FakeData
FallingThingsStereo Flickr30k Flickr8k FlyingChairs FlyingThings3D HD1K HMDB51 InStereo2k Kinetics
Kitti Kitti2012Stereo Kitti2015Stereo KittiFlow LFWPairs LSUN LSUNClass Middlebury2014Stereo
MovingMNIST PhotoTour SBDataset SBU SceneFlowStereo Sintel SintelStereo UCF101 VOCDetection
VOCSegmentation WIDERFace
"""
OTHERS: Final = tuple(_OTHERS.split())
"""What torchvision has for other ends: detection, captions, flow, video; and LSUN's databases."""


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


_NAMES: Final = {_plain(name): name for name in (*SETS, *LARGE, *OTHERS)}


def class_name(given: object) -> str | None:
    """The class that a name means, in any case and with dashes; None for none of these."""
    return _NAMES.get(_plain(given)) if isinstance(given, str) and given not in DATASETS else None


def said(values: tuple[Any, ...]) -> str:
    """Values that an option has, as a suite writes them."""
    return " or ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in values)


def options_of(name: str, given: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """The options among the keys of a table, as the class is given them.

    Raises ValueError, `key: cause; remedy`, for a class that is no classification set, and for an
    option that is missing or has no such value.
    """
    if name in LARGE:
        raise ValueError(
            f"name: torchvision's {name} has more than 256 classes, the most that can be told "
            "apart here; choose another set, or give a folder of some of its classes"
        )
    if name not in SETS:
        raise ValueError(
            f"name: torchvision's {name} is not read as images with a class each; choose another "
            'set ("homework list data" names them), or give a folder, npz or csv'
        )
    found = []
    for option, values in SETS[name].options.items():
        if option not in given and SETS[name].required:
            raise ValueError(f"{option}: {name} has several; give {said(values)}")
        value = given.get(option, values[0])
        if type(value) is not type(values[0]) or value not in values:
            raise ValueError(f"{option}: {name} has no {value!r}; give {said(values)}")
        if option in given:
            found.append((option, value))
    return tuple(found)
