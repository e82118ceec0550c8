"""Settings of an image data set."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from experiments.data.catalog import DATASETS, DatasetFacts
from experiments.data.own import Own, own, stamp
from experiments.settings.beside import beside, pinned
from experiments.settings.strict import LATER, Settings, did_you_mean

KINDS = ("folder", "npz", "csv")
"""Data of the user's own, beside the suite."""
SPELLED = {"cifar-10": "cifar10", "cifar-100": "cifar100", "fashion-mnist": "fashionmnist"}
"""Other spellings of names."""

Moments = float | tuple[float, ...]


class Moment(Settings):
    """Mean and standard deviation by which pixels in [0, 1] are scaled, one or for each channel."""

    mean: Moments
    """Subtracted from the pixels."""
    std: Moments
    """Divides the pixels."""

    @model_validator(mode="after")
    def _positive(self) -> Self:
        stds = self.std if isinstance(self.std, tuple) else (self.std,)
        if min(stds) <= 0:
            raise ValueError("std: must be positive")
        return self


class _Unknown(str):
    """A name that no data set has, to be refused in its own place."""


class ImageDataSettings(Settings):
    """Which images to train and to test on; a bare string stands for its name.

    A name of ours or of torchvision's; or images beside the suite, in a `folder` for each class, an
    `npz` of arrays, or a `csv` of pixels with a column `label`, each of the given `shape`.
    """

    name: str = Field(min_length=1, max_length=80)
    """A data set of ours or of torchvision; of one's own data, what the report calls it."""
    train_size: int | None = Field(default=None, ge=10)
    """Training images, as many of each class as can be; None for all."""
    test_size: int | None = Field(default=None, ge=10)
    """Test images, likewise."""
    resize: int | None = Field(default=None, ge=4, le=64)
    """Side in pixels of the square that images are resized to (bilinear); None: as published."""
    validation: Annotated[float | None, LATER] = Field(default=None, gt=0, lt=1)
    """Share of the training images held out of the training, of each class alike; None: none."""
    seed: int = Field(default=0, ge=0, lt=2**32)
    """What ``shapes`` is drawn from; the other data sets do not depend on it."""
    folder: Annotated[str | None, LATER] = None
    """Folder beside the suite with a folder of images for each class."""
    npz: Annotated[str | None, LATER] = None
    """File of arrays beside the suite."""
    csv: Annotated[str | None, LATER] = None
    """File of pixels beside the suite."""
    label: Annotated[str, LATER] = "label"
    """Column of a CSV that holds the label."""
    shape: Annotated[tuple[int, ...] | None, LATER] = None
    """Of an image in a CSV: height and width, with channels before or behind where there are 3."""
    sha256: Annotated[str | None, LATER] = None
    """Digest of the arrays of one's own data; found where it is not given."""
    scaling: Annotated[Literal["standard", "unit", "symmetric"] | Moment, LATER] = "standard"
    """Pixels to mean 0 and deviation 1 of each channel, to [0, 1], to [-1, 1], or by numbers."""

    _path: Path = PrivateAttr(default=Path())
    _facts: DatasetFacts | None = PrivateAttr(default=None)

    @field_validator("name", mode="before")
    @classmethod
    def _known(cls, name: Any) -> Any:
        if isinstance(name, _Unknown):
            known = [facts.name if facts.md5 else key for key, facts in DATASETS.items()]
            raise ValueError(
                f'no data set is called "{name}"{did_you_mean(name, known)}; or give your own '
                'images: folder = "...", npz = "..." or csv = "..."'
            )
        return name

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any, info: ValidationInfo) -> Any:
        if isinstance(given, str):
            given = {"name": given}
        if not isinstance(given, dict):
            return given
        if isinstance(given.get("scaling"), str):
            given = given | {"scaling": given["scaling"].lower()}
        kinds = [kind for kind in KINDS if given.get(kind)]
        if len(kinds) > 1:
            raise ValueError(f"give one of {', '.join(kinds)}, not several")
        if not kinds:
            return _of_catalog(given)
        kind = kinds[0]
        for key in ("label", "shape"):
            if kind != "csv" and given.get(key) not in (None, "label"):
                raise ValueError(f"{key}: belongs to a csv; remove it")
        if kind == "csv" and len(given.get("shape") or ()) not in (2, 3):
            raise ValueError("shape: of an image is required with a csv, such as [28, 28]")
        if not isinstance(given[kind], str):
            return given
        path = beside(given[kind], info.context)
        found = _read(kind, path, Path(given[kind]).stem, given)
        sha256 = pinned(given, found.facts.sha256, given[kind])
        return {"name": found.facts.name, **given, "sha256": sha256}

    def model_post_init(self, context: Any, /) -> None:
        """Keep where one's own data lie."""
        if self._kind is not None:
            self._path = beside(getattr(self, self._kind), context).absolute()
            self._facts = _read(self._kind, self._path, self.name, self.model_dump()).facts

    @property
    def _kind(self) -> str | None:
        return next((kind for kind in KINDS if getattr(self, kind) is not None), None)

    @property
    def own(self) -> Own | None:
        """Data beside the suite, read; None for those of the catalog."""
        kind = self._kind
        return _read(kind, self._path, self.name, self.model_dump()) if kind else None

    @property
    def facts(self) -> DatasetFacts:
        """What is known of the data set without loading it; one's own was read for it."""
        return self._facts or DATASETS[self.name]

    @model_validator(mode="after")
    def _available(self) -> Self:
        facts = self.facts
        for key, available in (("train_size", facts.train_size), ("test_size", facts.test_size)):
            size: int | None = getattr(self, key)
            if size is not None and size > available:
                raise ValueError(f"{key} = {size}: {facts.title} has {available}")
        if isinstance(self.scaling, Moment):
            for value in (self.scaling.mean, self.scaling.std):
                if isinstance(value, tuple) and len(value) != facts.image_shape[0]:
                    raise ValueError(
                        f"scaling: {len(value)} numbers for {facts.image_shape[0]} channels"
                    )
        return self


def _of_catalog(given: dict[str, Any]) -> dict[str, Any]:
    name = given.get("name")
    if given.get("sha256"):
        raise ValueError("sha256: is the digest of one's own data; remove it")
    if not isinstance(name, str):
        return given
    key = SPELLED.get(name.lower(), name.lower())
    if key not in DATASETS:
        return given | {"name": _Unknown(name)}
    return given | {"name": key}


def _read(kind: str, path: Path, name: str, given: Any) -> Own:
    shape = tuple(given.get("shape") or ())
    options = (given.get("label", "label"), shape) if kind == "csv" else (given.get("resize"),)
    try:
        at = stamp(path)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror})") from error
    return own(kind, path, at, given.get("name") or name, options if kind != "npz" else ())
