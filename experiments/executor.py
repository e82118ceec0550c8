"""Where tasks are computed: in processes side by side here, or as jobs of Slurm."""

from collections.abc import Iterator

from experiments import workers
from experiments.compute import Request
from experiments.device import choose_device, cores, prepare_process, threads_on
from experiments.engine.context import Progress
from experiments.estimate import estimate_line
from experiments.selection import Outcome, Say, Selection
from experiments.slurm.driver import Driver


def computed(
    selection: Selection, tasks: tuple[str, ...], progress: Progress, say: Say
) -> Iterator[tuple[str, Outcome]]:
    """Tasks with what came of them, each as soon as it is done; raises UserError."""
    options = selection.options
    on_slurm = options.executor == "slurm"
    # Where jobs compute, this process only watches, and each node chooses its device for itself.
    device = choose_device("cpu" if on_slurm else options.device)
    prepare_process(threads_on(device))
    request = Request(**vars(selection), device=device)
    if on_slurm:
        return Driver(request, say).computed(tasks)
    # Side by side on the cores of a CPU; a GPU is kept for one task at a time.
    side_by_side = options.workers or (cores() if device.type == "cpu" else 1)
    if not options.smoke:
        say(estimate_line(request, tasks, side_by_side))
    return workers.computed(request, tasks, progress, side_by_side, say)
