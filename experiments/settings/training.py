"""How a network is trained: optimizer, schedule, loss, batches, length, stopping rule."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_serializer, model_validator

from experiments.settings.choice import COUNT, SHRINKING, Choice, parts
from experiments.settings.strict import LATER, Settings
from experiments.settings.torch_names import LOSSES, OPTIMIZERS, SCHEDULERS

Loss = Annotated[str | Choice, BeforeValidator(LOSSES.chosen)]
"""`mse`, `cross_entropy`, `mse_log_softmax` or a loss of `torch.nn`: a name, or with arguments."""
Optimizer = Annotated[str | Choice, BeforeValidator(OPTIMIZERS.chosen)]
"""An element-wise optimizer of `torch.optim` or LBFGS: a name, or with arguments."""
Precision = Literal["float32", "bfloat16"]


class Schedule(Choice):
    """A scheduler of `torch.optim.lr_scheduler`, called after every epoch or every step.

    Written `{ name = "CosineAnnealingLR", T_max = 20 }`, with `interval = "step"` where its numbers
    count steps. `{ every = 8, factor = 0.1 }` is `StepLR`: the rate is multiplied by `factor` after
    every 8 epochs. `ReduceLROnPlateau` looks at each run's own training loss of the epoch.
    """

    interval: Literal["epoch", "step"] = "epoch"

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, given: Any) -> Any:
        if isinstance(given, str):
            given = {"name": given}
        if not isinstance(given, Mapping) or "arguments" in given:
            return given
        arguments = dict(given)
        interval = arguments.pop("interval", "epoch")
        if "name" not in arguments:
            arguments = _step_lr(arguments)
        name = arguments.pop("name")
        if not isinstance(name, str):
            raise ValueError("the name of a scheduler is a text")
        name = SCHEDULERS.canonical(name)
        values = SCHEDULERS.checked(name, arguments)
        if "schedulers" in values:
            values["schedulers"] = tuple(map(cls.model_validate, values["schedulers"]))
        if name == "ReduceLROnPlateau" and interval == "step":
            raise ValueError("ReduceLROnPlateau looks at the loss of an epoch; remove interval")
        return {"name": name, "arguments": tuple(values.items()), "interval": interval}

    @model_validator(mode="after")
    def _nested(self) -> Self:
        inner = dict(self.arguments).get("schedulers")
        if inner is None:
            return self
        if any(one.name in ("ReduceLROnPlateau", "SequentialLR", "ChainedScheduler", "OneCycleLR",
                            "CyclicLR") or one.interval != "epoch" for one in inner):  # fmt: skip
            raise ValueError(
                f"the schedulers within {self.name} are plain ones of its own interval; "
                "write interval beside its name"
            )
        if self.name == "SequentialLR" and len(self.arg("milestones")) != len(inner) - 1:
            raise ValueError("SequentialLR needs one milestone fewer than schedulers")
        if not inner:
            raise ValueError(f"{self.name} needs schedulers")
        return self

    def arg(self, name: str) -> Any:
        """The argument as given; None where it is not."""
        return dict(self.arguments).get(name)

    def __iter__(self) -> Iterator[tuple[str, Any]]:  # type: ignore[override]
        """As the suite writes it, flat."""
        yield from self._flat().items()

    @model_serializer
    def _flat(self) -> dict[str, Any]:
        if self.name == "StepLR" and self.interval == "epoch" and len(self.arguments) == 2:
            return {"every": self.arg("step_size"), "factor": self.arg("gamma")}
        interval = {} if self.interval == "epoch" else {"interval": self.interval}
        return {**Choice._flat(self), **interval}


def _step_lr(given: dict[str, Any]) -> dict[str, Any]:
    """`StepLR` for `{ every, factor }`; raises ValueError for anything else without a name."""
    if "every" not in given and "factor" not in given:
        owner = [
            n for n, kinds in SCHEDULERS.known.items() if given and given.keys() <= kinds.keys()
        ]
        name = owner[0] if owner else "StepLR"
        raise ValueError(f'the scheduler has no name; write {{ name = "{name}", … }}')
    faults = [f"{key} is required and missing" for key in ("every", "factor") if key not in given]
    faults += [f"unknown key {key}" for key in given if key not in ("every", "factor")]
    every, factor = given.get("every"), given.get("factor")
    for key, value, kind in (("every", every, COUNT), ("factor", factor, SHRINKING)):
        if value is not None and not kind.holds(value):
            faults.append(f"{key} must be {kind.words} (given: {value!r})")
    if faults:
        raise ValueError("; ".join(faults))
    return {"name": "StepLR", "step_size": every, "gamma": factor}


class Stop(Settings):
    """When a run ends early: where its training loss no longer changes, or is low enough.

    `{ min_change, patience }`: the mean loss over an epoch's batches changed by less than
    `min_change`, `patience` epochs in a row. `{ loss }`: the loss on the whole training set at an
    epoch's end is at most `loss`. With both, whichever comes first.
    """

    min_change: float | None = Field(default=None, gt=0)
    """Change of the training loss below which an epoch counts; null: no such rule."""
    patience: int = Field(default=1, ge=1)
    """How many such epochs in a row end the run."""
    loss: Annotated[float | None, LATER] = None
    """Training loss at which the run ends; null: no such rule."""

    @model_validator(mode="after")
    def _rule(self) -> Self:
        if self.min_change is None and self.loss is None:
            raise ValueError("give min_change (with patience), or loss, or both")
        return self


class Clip(Settings):
    """Bound on the gradient of each run, before the step: of the norm of all of it (`norm`, a bare
    number), or of each element (`value`), as `torch.nn.utils.clip_grad_norm_` and
    `clip_grad_value_` do.
    """

    norm: float | None = Field(default=None, gt=0)
    """Bound on the norm of the whole gradient."""
    value: float | None = Field(default=None, gt=0)
    """Bound on each element."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, given: Any) -> Any:
        bare = isinstance(given, (int, float)) and not isinstance(given, bool)
        return {"norm": given} if bare else given

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.norm is None) == (self.value is None):
            raise ValueError("give a number for the norm, or { value = … }; one of the two")
        return self


class Augmentation(Settings):
    """Random changes of every training image in every epoch; evaluations see the images as given.

    `flip` mirrors left and right with probability 1/2; `shift` moves by up to so many pixels along
    each axis, with zeros (black) coming in.
    """

    flip: bool = True
    """Whether images are mirrored left and right, with probability 1/2."""
    shift: int = Field(default=4, ge=0, le=16)
    """Pixels of the largest shift."""


class Training(Settings):
    """Settings of one training, of `epochs` or of `steps`; the last epoch of steps may be a part.

    `batch_size` null means the whole training set in each step. `loss` is the mean over examples:
    `mse` the squared error, `cross_entropy` on logits, `mse_log_softmax` the squared difference
    of the log-softmax output and the one-hot label (reference report B), others as in `torch.nn`;
    on classes, losses of regression see one-hot labels. `momentum` and `weight_decay` (added to
    the gradient, L2) may stand here or in the optimizer's table. `precision` bfloat16 computes the
    steps of convolutional networks so where the processor has the instructions, and in float32
    elsewhere; parameters and evaluations stay float32.
    """

    optimizer: Optimizer = "adam"
    """An element-wise optimizer of `torch.optim` or LBFGS, alone or with arguments."""
    learning_rate: float = Field(default=1e-3, gt=0, le=1e9)
    """The learning rate, before any schedule."""
    weight_decay: float = Field(default=0.0, ge=0, le=1)
    """Added to the gradient (L2)."""
    momentum: float = Field(default=0.0, ge=0, lt=1)
    """For the optimizers that have one."""
    schedule: Schedule | None = None
    """How the learning rate changes; null: it does not."""
    loss: Loss
    """The mean over the examples of a step."""
    batch_size: int | None = Field(default=None, ge=1)
    """Examples of a step; null: the whole training set."""
    epochs: Annotated[int | None, LATER] = Field(default=None, ge=1, le=1_000_000)
    """Passes through the training set; this or `steps`."""
    steps: Annotated[int | None, LATER] = Field(default=None, ge=1, le=100_000_000)
    """Optimizer steps; this or `epochs`."""
    stop: Stop | None = None
    """When a run ends early; null: never."""
    clip: Annotated[Clip | None, LATER] = None
    """Bound on the gradient; null: none."""
    augmentation: Augmentation | None = None
    """Random changes of training images; null: none."""
    precision: Precision = "float32"
    """Of the steps of convolutional networks."""

    @model_validator(mode="before")
    @classmethod
    def _not_beside(cls, given: Any) -> Any:
        """Arguments of an optimizer that stand beside it are told where they belong."""
        if isinstance(given, Mapping):
            arguments = {key for known in OPTIMIZERS.known.values() for key in known}
            astray = [key for key in given if key in arguments - cls.model_fields.keys()]
            if astray:
                raise ValueError(
                    f"{', '.join(astray)} belongs in the optimizer's table: "
                    f'optimizer = {{ name = "…", {astray[0]} = … }}'
                )
        return given

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.epochs is None) == (self.steps is None):
            raise ValueError("give epochs or steps, one of the two")
        name, inside = parts(self.optimizer)
        for key in ("momentum", "weight_decay"):
            if not getattr(self, key):
                continue
            if key in inside:
                raise ValueError(f"{key} is given twice; keep it in the optimizer's table")
            if key not in OPTIMIZERS.known[name]:
                takers = [n for n, known in OPTIMIZERS.known.items() if key in known]
                raise ValueError(
                    f"{name} has no {key} ({', '.join(takers)} have); remove it or change optimizer"
                )
            if name == "AdamW":
                raise ValueError(
                    "AdamW does not add the weight decay to the gradient; "
                    f'write {{ name = "AdamW", weight_decay = {self.weight_decay:g} }}'
                )
        if inside.get("nesterov") and not (self.momentum or inside.get("momentum")):
            raise ValueError("nesterov needs a momentum above 0; give one")
        if inside.get("nesterov") and inside.get("dampening"):
            raise ValueError("nesterov goes without dampening; remove one of them")
        if name == "LBFGS" and self.clip is not None:
            raise ValueError(
                "LBFGS estimates curvature from differences of gradients, and between clipped "
                "ones these nearly vanish: its steps would blow up; remove clip, and bound them by "
                'a lower learning_rate or line_search_fn = "strong_wolfe"'
            )
        momentum = self.momentum or inside.get("momentum") or "betas" in OPTIMIZERS.known[name]
        schedule = self.schedule
        cycles = schedule is not None and schedule.name in ("CyclicLR", "OneCycleLR")
        if schedule and cycles and schedule.arg("cycle_momentum") is not False and not momentum:
            raise ValueError(
                f"{schedule.name} moves the momentum too, and there is none; "
                "give one, or cycle_momentum = false"
            )
        if self.augmentation is not None and self.batch_size is None:
            raise ValueError("augmentation needs batches; set batch_size or remove it")
        return self

    @property
    def optimizer_arguments(self) -> dict[str, Any]:
        """The optimizer's arguments but for the rate, those that stand beside it included."""
        outside = {"momentum": self.momentum, "weight_decay": self.weight_decay}
        return {k: v for k, v in outside.items() if v} | parts(self.optimizer)[1]

    def steps_per_epoch(self, examples: int) -> int:
        """Optimizer steps of one epoch; an incomplete last batch counts."""
        return -(-examples // (self.batch_size or examples))

    def epochs_of(self, examples: int) -> int:
        """Epochs, the last one begun included, of a training on so many examples."""
        if self.epochs is not None:
            return self.epochs
        assert self.steps is not None
        return -(-self.steps // self.steps_per_epoch(examples))
