"""What trained networks answer."""

import torch
from torch import Tensor

from experiments.engine.evaluate import chunk_size
from experiments.engine.problem import Feed
from experiments.engine.run import Trained
from experiments.models.stack import ensemble


def predicted_classes(trained: Trained, which: Tensor, device: torch.device) -> Tensor:
    """Classes (n,) that a trained network gives to training inputs, on the CPU.

    Args:
        trained: outcome of a run on a classification problem.
        which: boolean mask (N,) of the training examples asked about, n of them true.
        device: where to compute.
    """
    run = trained.run
    dtype = torch.float64 if run.double else torch.float32
    feed = Feed([run.problem], device, dtype)
    network = ensemble(
        run.network, run.problem.shape, trained.parameters.to(device, copy=True)[None]
    )
    with torch.no_grad():
        found = [
            network(inputs)[0].argmax(dim=-1)
            for inputs, _ in feed.chunks("train", chunk_size(feed, "train"))
        ]
    return torch.cat(found).cpu()[which]
