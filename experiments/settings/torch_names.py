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

_ADAM = {"betas": DECAYS, "eps": AMOUNT, "weight_decay": AMOUNT, "maximize": SWITCH}
_ETAS = Kind(
    "two numbers, 0 < first < 1 < second",
    lambda v: (
        isinstance(v, (list, tuple))
        and len(v) == 2
        and all(map(is_number, v))
        and 0 < v[0] < 1 < v[1]
    ),
)
_NOT_ELEMENTWISE = "it mixes the elements of a matrix; use an element-wise optimizer, e.g. adam"
_FASTEST = "the program takes the fastest implementation by itself; remove it"
_FUNCTION = "it takes a Python function; use StepLR, ExponentialLR or another with numbers"
_MEAN = "the loss is the mean over the examples; remove it"
_WEIGHT = "every example and class counts the same; remove it"
_MORE = "it takes more than outputs and targets"

OPTIMIZERS = Table(
    "optimizer",
    known={
        "adam": {**_ADAM, "amsgrad": SWITCH, "decoupled_weight_decay": SWITCH},
        "sgd": {
            "momentum": AMOUNT,
            "dampening": NUMBER,
            "weight_decay": AMOUNT,
            "nesterov": SWITCH,
            "maximize": SWITCH,
        },
        "rmsprop": {
            "alpha": AMOUNT,
            "eps": AMOUNT,
            "weight_decay": AMOUNT,
            "momentum": AMOUNT,
            "centered": SWITCH,
            "maximize": SWITCH,
        },
        "AdamW": {**_ADAM, "amsgrad": SWITCH},
        "Adamax": _ADAM,
        "NAdam": {**_ADAM, "momentum_decay": AMOUNT, "decoupled_weight_decay": SWITCH},
        "RAdam": {**_ADAM, "decoupled_weight_decay": SWITCH},
        "Adadelta": {"rho": SHARE, "eps": AMOUNT, "weight_decay": AMOUNT, "maximize": SWITCH},
        "Adagrad": {
            "lr_decay": AMOUNT,
            "weight_decay": AMOUNT,
            "initial_accumulator_value": AMOUNT,
            "eps": AMOUNT,
            "maximize": SWITCH,
        },
        "ASGD": {
            "lambd": NUMBER,
            "alpha": NUMBER,
            "t0": POSITIVE,
            "weight_decay": AMOUNT,
            "maximize": SWITCH,
        },
        "Rprop": {
            "etas": _ETAS,
            "step_sizes": list_of(POSITIVE, "two numbers above 0", 2),
            "maximize": SWITCH,
        },
        "LBFGS": {
            "max_iter": COUNT,
            "max_eval": COUNT,
            "tolerance_grad": AMOUNT,
            "tolerance_change": AMOUNT,
            "history_size": COUNT,
            "line_search_fn": one_of("strong_wolfe"),
            "maximize": SWITCH,
        },
    },
    refused={
        "Adafactor": _NOT_ELEMENTWISE,
        "Muon": _NOT_ELEMENTWISE,
        "SparseAdam": "it takes sparse gradients, and these are dense; use adam",
        "lr": "write it as learning_rate, beside the optimizer",
        "learning_rate": "write it beside the optimizer, not within",
        "foreach": _FASTEST,
        "fused": _FASTEST,
        "capturable": _FASTEST,
        "differentiable": _FASTEST,
    },
)
"""Element-wise optimizers, and LBFGS. `sgd`, `adam` and `rmsprop` keep the case of old records."""

SCHEDULERS = Table(
    "scheduler",
    known={
        "StepLR": {"step_size": COUNT, "gamma": POSITIVE},
        "MultiStepLR": {"milestones": COUNTS, "gamma": POSITIVE},
        "ConstantLR": {"factor": SHARE, "total_iters": COUNT},
        "LinearLR": {"start_factor": FACTOR, "end_factor": SHARE, "total_iters": COUNT},
        "ExponentialLR": {"gamma": POSITIVE},
        "PolynomialLR": {"total_iters": COUNT, "power": AMOUNT},
        "CosineAnnealingLR": {"T_max": COUNT, "eta_min": AMOUNT},
        "CosineAnnealingWarmRestarts": {"T_0": COUNT, "T_mult": COUNT, "eta_min": AMOUNT},
        "CyclicLR": {
            "base_lr": POSITIVE,
            "max_lr": POSITIVE,
            "step_size_up": COUNT,
            "step_size_down": COUNT,
            "mode": one_of("triangular", "triangular2", "exp_range"),
            "gamma": POSITIVE,
            "scale_mode": one_of("cycle", "iterations"),
            "cycle_momentum": SWITCH,
            "base_momentum": DECAY,
            "max_momentum": DECAY,
        },
        "OneCycleLR": {
            "max_lr": POSITIVE,
            "total_steps": COUNT,
            "epochs": COUNT,
            "steps_per_epoch": COUNT,
            "pct_start": SHARE,
            "anneal_strategy": one_of("cos", "linear"),
            "cycle_momentum": SWITCH,
            "base_momentum": DECAY,
            "max_momentum": DECAY,
            "div_factor": POSITIVE,
            "final_div_factor": POSITIVE,
            "three_phase": SWITCH,
        },
        "ReduceLROnPlateau": {
            "factor": SHRINKING,
            "patience": FROM_ZERO,
            "threshold": AMOUNT,
            "threshold_mode": one_of("rel", "abs"),
            "cooldown": FROM_ZERO,
            "min_lr": AMOUNT,
            "eps": AMOUNT,
        },
        "SequentialLR": {
            "schedulers": Kind("a list of schedulers", lambda v: isinstance(v, (list, tuple))),
            "milestones": COUNTS,
        },
        "ChainedScheduler": {
            "schedulers": Kind("a list of schedulers", lambda v: isinstance(v, (list, tuple))),
        },
    },
    refused={
        "LambdaLR": _FUNCTION,
        "MultiplicativeLR": _FUNCTION,
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
        "cross_entropy": {"label_smoothing": SHARE},
        "mse_log_softmax": {},
        "L1Loss": {},
        "SmoothL1Loss": {"beta": AMOUNT},
        "HuberLoss": {"delta": POSITIVE},
        "PoissonNLLLoss": {"log_input": SWITCH, "full": SWITCH, "eps": POSITIVE},
        "KLDivLoss": {"log_target": SWITCH},
        "BCELoss": {},
        "BCEWithLogitsLoss": {},
        "SoftMarginLoss": {},
        "HingeEmbeddingLoss": {"margin": NUMBER},
        "MultiLabelSoftMarginLoss": {},
        "NLLLoss": {},
        "MultiMarginLoss": {"p": Kind("1 or 2", lambda v: v in (1, 2)), "margin": NUMBER},
    },
    aliases={"MSELoss": "mse", "CrossEntropyLoss": "cross_entropy"},
    refused={
        "GaussianNLLLoss": _MORE,
        "CosineEmbeddingLoss": _MORE,
        "MarginRankingLoss": _MORE,
        "TripletMarginLoss": _MORE,
        "TripletMarginWithDistanceLoss": _MORE,
        "CTCLoss": _MORE,
        "MultiLabelMarginLoss": "its targets are lists of classes; use MultiMarginLoss",
        "LinearCrossEntropyLoss": "it is a layer of its own; use cross_entropy",
        "NLLLoss2d": "it is NLLLoss",
        "reduction": _MEAN,
        "reduce": _MEAN,
        "size_average": _MEAN,
        "weight": _WEIGHT,
        "pos_weight": _WEIGHT,
        "ignore_index": _WEIGHT,
    },
)

CLASS_LOSSES = ("cross_entropy", "mse_log_softmax", "NLLLoss", "MultiMarginLoss")
"""Losses whose targets are classes; on classes, all others compare with one-hot labels."""
