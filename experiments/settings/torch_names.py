"""What a suite may name of PyTorch's optimizers, schedulers and losses, with their arguments.

Written down here so that settings are checked without PyTorch, before any work; a test holds the
tables equal to the classes of `torch.optim`, `torch.optim.lr_scheduler` and `torch.nn`.
"""

from experiments.settings.choice import (
    AMOUNT,
    COUNT,
    COUNTS,
    DECAY,
    DECAYS,
    FACTOR,
    FROM_ZERO,
    NUMBER,
    POSITIVE,
    SHARE,
    SHRINKING,
    SWITCH,
    Kind,
    Table,
    is_number,
    list_of,
    one_of,
)

_ARGUMENTS: dict[Kind, str] = {
    AMOUNT: "momentum weight_decay eps alpha momentum_decay lr_decay initial_accumulator_value "
    "tolerance_grad tolerance_change power eta_min threshold min_lr beta",
    COUNT: "max_iter max_eval history_size step_size total_iters T_max T_0 T_mult step_size_up "
    "step_size_down total_steps epochs steps_per_epoch",
    COUNTS: "milestones",
    DECAY: "base_momentum max_momentum",
    DECAYS: "betas",
    FACTOR: "start_factor",
    FROM_ZERO: "patience cooldown",
    NUMBER: "dampening lambd margin",
    POSITIVE: "t0 gamma base_lr max_lr div_factor final_div_factor delta",
    SHARE: "rho factor end_factor pct_start label_smoothing",
    SWITCH: "maximize amsgrad decoupled_weight_decay nesterov centered cycle_momentum three_phase "
    "log_input full log_target",
    one_of("strong_wolfe"): "line_search_fn",
    one_of("triangular", "triangular2", "exp_range"): "mode",
    one_of("cycle", "iterations"): "scale_mode",
    one_of("cos", "linear"): "anneal_strategy",
    one_of("rel", "abs"): "threshold_mode",
    Kind("a list of schedulers", lambda v: isinstance(v, (list, tuple))): "schedulers",
    Kind("1 or 2", lambda v: v in (1, 2)): "p",
    Kind(
        "two numbers, 0 < first < 1 < second",
        lambda v: (
            isinstance(v, (list, tuple))
            and len(v) == 2
            and all(map(is_number, v))
            and 0 < v[0] < 1 < v[1]
        ),
    ): "etas",
    list_of(POSITIVE, "two numbers above 0", 2): "step_sizes",
}
"""What the arguments may be, by their names."""
_KINDS = {name: kind for kind, names in _ARGUMENTS.items() for name in names.split()}


def _taking(arguments: str, **other: Kind) -> dict[str, Kind]:
    """Arguments with what they may be; `other` are those that may be something else here."""
    return {name: other.get(name) or _KINDS[name] for name in arguments.split()}


_FASTEST = "the program takes the fastest implementation by itself; remove it"

OPTIMIZERS = Table(
    "optimizer",
    known={
        "adam": _taking("betas eps weight_decay maximize amsgrad decoupled_weight_decay"),
        "sgd": _taking("momentum dampening weight_decay nesterov maximize"),
        "rmsprop": _taking("alpha eps weight_decay momentum centered maximize"),
        "AdamW": _taking("betas eps weight_decay maximize amsgrad"),
        "Adamax": _taking("betas eps weight_decay maximize"),
        "NAdam": _taking("betas eps weight_decay maximize momentum_decay decoupled_weight_decay"),
        "RAdam": _taking("betas eps weight_decay maximize decoupled_weight_decay"),
        "Adadelta": _taking("rho eps weight_decay maximize"),
        "Adagrad": _taking("lr_decay weight_decay initial_accumulator_value eps maximize"),
        "ASGD": _taking("lambd alpha t0 weight_decay maximize", alpha=NUMBER),
        "Rprop": _taking("etas step_sizes maximize"),
        "LBFGS": _taking(
            "max_iter max_eval tolerance_grad tolerance_change history_size line_search_fn maximize"
        ),
    },
    refused={
        **dict.fromkeys(
            ("Adafactor", "Muon"),
            "it mixes the elements of a matrix; use an element-wise optimizer, e.g. adam",
        ),
        "SparseAdam": "it takes sparse gradients, and these are dense; use adam",
        "lr": "write it as learning_rate, beside the optimizer",
        "learning_rate": "write it beside the optimizer, not within",
        **dict.fromkeys(("foreach", "fused", "capturable", "differentiable"), _FASTEST),
    },
)
"""Element-wise optimizers, and LBFGS. `sgd`, `adam` and `rmsprop` keep the case of old records."""

SCHEDULERS = Table(
    "scheduler",
    known={
        "StepLR": _taking("step_size gamma"),
        "MultiStepLR": _taking("milestones gamma"),
        "ConstantLR": _taking("factor total_iters"),
        "LinearLR": _taking("start_factor end_factor total_iters"),
        "ExponentialLR": _taking("gamma"),
        "PolynomialLR": _taking("total_iters power"),
        "CosineAnnealingLR": _taking("T_max eta_min"),
        "CosineAnnealingWarmRestarts": _taking("T_0 T_mult eta_min"),
        "CyclicLR": _taking(
            "base_lr max_lr step_size_up step_size_down mode gamma scale_mode cycle_momentum "
            "base_momentum max_momentum"
        ),
        "OneCycleLR": _taking(
            "max_lr total_steps epochs steps_per_epoch pct_start anneal_strategy cycle_momentum "
            "base_momentum max_momentum div_factor final_div_factor three_phase"
        ),
        "ReduceLROnPlateau": _taking(
            "factor patience threshold threshold_mode cooldown min_lr eps", factor=SHRINKING
        ),
        "SequentialLR": _taking("schedulers milestones"),
        "ChainedScheduler": _taking("schedulers"),
    },
    refused={
        **dict.fromkeys(
            ("LambdaLR", "MultiplicativeLR"),
            "it takes a Python function; use StepLR, ExponentialLR or another with numbers",
        ),
        "scale_fn": "it is a Python function; use mode",
        "last_epoch": "a training begins at its beginning; remove it",
        "mode": "the training loss is to fall; remove it",
    },
    required={
        "StepLR": ("step_size",),
        "MultiStepLR": ("milestones",),
        "ExponentialLR": ("gamma",),
        "CosineAnnealingLR": ("T_max",),
        "CosineAnnealingWarmRestarts": ("T_0",),
        "CyclicLR": ("base_lr", "max_lr"),
        "OneCycleLR": ("max_lr",),
        "SequentialLR": ("schedulers", "milestones"),
        "ChainedScheduler": ("schedulers",),
    },
)

LOSSES = Table(
    "loss",
    known={
        "mse": {},
        "cross_entropy": _taking("label_smoothing"),
        "mse_log_softmax": {},
        "L1Loss": {},
        "SmoothL1Loss": _taking("beta"),
        "HuberLoss": _taking("delta"),
        "PoissonNLLLoss": _taking("log_input full eps", eps=POSITIVE),
        "KLDivLoss": _taking("log_target"),
        "BCELoss": {},
        "BCEWithLogitsLoss": {},
        "SoftMarginLoss": {},
        "HingeEmbeddingLoss": _taking("margin"),
        "MultiLabelSoftMarginLoss": {},
        "NLLLoss": {},
        "MultiMarginLoss": _taking("p margin"),
    },
    aliases={"MSELoss": "mse", "CrossEntropyLoss": "cross_entropy"},
    refused={
        **dict.fromkeys(
            (
                *("GaussianNLLLoss", "CosineEmbeddingLoss", "MarginRankingLoss"),
                *("TripletMarginLoss", "TripletMarginWithDistanceLoss", "CTCLoss"),
            ),
            "it takes more than outputs and targets",
        ),
        "MultiLabelMarginLoss": "its targets are lists of classes; use MultiMarginLoss",
        "LinearCrossEntropyLoss": "it is a layer of its own; use cross_entropy",
        "NLLLoss2d": "it is NLLLoss",
        **dict.fromkeys(
            ("reduction", "reduce", "size_average"),
            "the loss is the mean over the examples; remove it",
        ),
        **dict.fromkeys(
            ("weight", "pos_weight", "ignore_index"),
            "every example and class counts the same; remove it",
        ),
    },
)

CLASS_LOSSES = ("cross_entropy", "mse_log_softmax", "NLLLoss", "MultiMarginLoss")
"""Losses whose targets are classes; on classes, all others compare with one-hot labels."""
