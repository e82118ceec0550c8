"""`python -m benchmarks`: time all pairs, print the table, write it; then how cost grows."""

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks import growth, pairs, table
from benchmarks.measure import Pair, machine, timed
from experiments.device import choose_device, prepare_process
from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.settings.strict import did_you_mean
from report.errors import UserError


def selected(context: Context) -> dict[str, Callable[[], Pair]]:
    """All pairs by key, each prepared when it is called."""
    return {
        "curve-100": lambda: pairs.curve_pair(context, 100, 100, 8),
        "curve-8": lambda: pairs.curve_pair(context, 8, 400, 4),
        "mnist-8": lambda: pairs.mnist_pair(context, 2560, 640),
        "cifar-36458": lambda: pairs.cifar_pair(context, 36_458, 2560, 510, 10),
        "cifar-11085": lambda: pairs.cifar_pair(context, 11_085, 2560, 510, 10),
        "cifar-425194": lambda: pairs.cifar_pair(context, 425_194, 1020, 200, 2.5),
        "interpolation": lambda: pairs.interpolation_pair(context, 1500, 250),
        "hessian": lambda: pairs.hessian_pair(context, 100, 2),
        "scaling": lambda: pairs.scaling_pair(context, 1000, 50),
    }


FOLDERS = {
    "mnist-8": ("MNIST/raw",),
    "interpolation": ("MNIST/raw",),
    "cifar-36458": ("cifar10/train", "cifar10/test"),
    "cifar-11085": ("cifar10/train", "cifar10/test"),
    "cifar-425194": ("cifar10/train", "cifar10/test"),
}
"""What a pair reads, below the data folder."""


def left_out(key: str, data_dir: Path) -> str | None:
    """Which pair is left out for want of which folder; null where nothing is missing."""
    for name in FOLDERS.get(key, ()):
        if not (data_dir / name).is_dir():
            return f"{key} (no {name} in the data folder)"
    return None


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", help="a pair's key; nothing is written then")
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--clock", default="wall", choices=("wall", "cpu"))
    options = parser.parse_args()
    try:
        device = choose_device(options.device)
    except UserError as error:
        parser.error(str(error))
    prepare_process()
    context = Context(device, options.data_dir, Cache(None))
    for key in options.only or ():
        if key not in selected(context):
            parser.error(f"--only {key}: no such pair{did_you_mean(key, list(selected(context)))}")
    where = machine(device)
    print(where, flush=True)
    found, missing = [], []
    for key, prepare in selected(context).items():
        if options.only and key not in options.only:
            continue
        if lack := left_out(key, options.data_dir):
            missing.append(lack)
            print(f"left out: {lack}", flush=True)
            continue
        found.append(timed(prepare(), options.clock))
        print(table.line(found[-1]), flush=True)
    if not options.only:
        table.write(table.markdown(found, where, options.clock, missing))
        growth.write(growth.measured(context, where, options.clock))


if __name__ == "__main__":
    main()
