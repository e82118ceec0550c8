"""What a network is trained on: inputs and targets, train and test, in memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from experiments.settings.network import Shape

Split = Literal["train", "test", "validation"]


@dataclass(frozen=True, eq=False)
class Problem:
    """A training problem.

    Attributes:
        name: display name, e.g. "CIFAR-10" or a function's key.
        inputs: (N, *input shape), uint8 images or floating numbers.
        targets: (N,) int64 classes, or (N, O) floating numbers.
        test_inputs, test_targets: alike.
        outputs: number of network outputs.
        validation_inputs, validation_targets: alike, held out of the training set; None for none.
        mean, std: per channel of the training images in [0, 1], for uint8 inputs; else empty.
        digest: identifies the data (and what was done to them) in caches.
    """

    name: str
    inputs: Tensor
    targets: Tensor
    test_inputs: Tensor
    test_targets: Tensor
    outputs: int
    digest: str
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    validation_inputs: Tensor | None = None
    validation_targets: Tensor | None = None

    @property
    def shape(self) -> Shape:
        """Input shape of one example and number of outputs."""
        return Shape(tuple(self.inputs.shape[1:]), self.outputs)

    @property
    def classification(self) -> bool:
        """Whether the targets are classes."""
        return not self.targets.is_floating_point()


class Feed:
    """The data of R runs on a device: batches (R, B, ...) ready for an ensemble.

    Inputs that all runs share are held once; targets likewise. With `channels_last`, images of
    shape (C, H, W) lie so in memory.
    """

    def __init__(
        self,
        problems: Sequence[Problem],
        device: torch.device,
        dtype: torch.dtype,
        *,
        channels_last: bool = False,
    ) -> None:
        self.runs = len(problems)
        self.dtype = dtype
        self.device = device
        first = problems[0]
        self._channels_last = channels_last and first.inputs.dim() == 4
        self._normalization: tuple[Tensor, Tensor] | None = None
        if not first.inputs.is_floating_point():
            axes = (-1,) + (1,) * (first.inputs.dim() - 2)
            mean = torch.tensor(first.mean, dtype=dtype, device=device).view(axes)
            std = torch.tensor(first.std, dtype=dtype, device=device).view(axes)
            # As large as an image: broadcast along the channels, the product is far slower.
            image = first.inputs.shape[1:]
            scale, shift = (1 / (255 * std)).expand(image), (-mean / std).expand(image)
            self._normalization = self._laid(scale.contiguous()), self._laid(shift.contiguous())
        self._inputs: dict[Split, Tensor] = {
            "train": self._laid(self._gather([p.inputs for p in problems])),
            "test": self._laid(self._gather([p.test_inputs for p in problems])),
        }
        self._targets: dict[Split, Tensor] = {
            "train": self._gather([p.targets for p in problems]),
            "test": self._gather([p.test_targets for p in problems]),
        }
        held = [p.validation_inputs for p in problems if p.validation_inputs is not None]
        if held:
            targets = [p.validation_targets for p in problems if p.validation_targets is not None]
            self._inputs["validation"] = self._laid(self._gather(held))
            self._targets["validation"] = self._gather(targets)

    @property
    def splits(self) -> tuple[Split, ...]:
        """The sets that there are, the training set first."""
        return tuple(self._inputs)

    def _gather(self, tensors: list[Tensor]) -> Tensor:
        """(1, N, ...) where all runs share one tensor, else (R, N, ...)."""
        shared = all(tensor is tensors[0] for tensor in tensors)
        stacked = tensors[0].unsqueeze(0) if shared else torch.stack(tensors)
        dtype = self.dtype if stacked.is_floating_point() else None
        return stacked.to(device=self.device, dtype=dtype)

    def _laid(self, images: Tensor) -> Tensor:
        """(..., C, H, W), in memory (..., H, W, C) where the channels are last."""
        if not self._channels_last:
            return images
        return images.movedim(-3, -1).contiguous().movedim(-1, -3)

    def size(self, split: Split) -> int:
        """Number of examples."""
        return self._inputs[split].shape[1]

    def values_per_example(self, split: Split) -> int:
        """Numbers in the input of one example."""
        return self._inputs[split][0, 0].numel()

    def prepared(self, inputs: Tensor) -> Tensor:
        """Inputs as normalized floating numbers; those that are floating already as they are."""
        if self._normalization is None or inputs.is_floating_point():
            return inputs
        scale, shift = self._normalization
        return torch.addcmul(shift, inputs.to(self.dtype), scale)

    def batch(
        self, index: Tensor, change: Callable[[Tensor], Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Training examples `index` (R, B) of each run: inputs (R, B, ...), targets (R, B, ...).

        Inputs as they are held, for `prepared`; `change` is done to them.
        """
        held = self._inputs["train"]
        if self._channels_last:
            inputs = _take(held.movedim(-3, -1), index).movedim(-1, -3)
        else:
            inputs = _take(held, index)
        if change is not None:
            inputs = change(inputs)
        return inputs, _take(self._targets["train"], index)

    def chunks(self, split: Split, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """All examples in order, `size` at a time: inputs (R or 1, B, ...), targets (R, B, ...)."""
        inputs, targets = self._inputs[split], self._targets[split]
        for start in range(0, inputs.shape[1], size):
            part = targets[:, start : start + size]
            yield (
                self.prepared(inputs[:, start : start + size]),
                part.expand(self.runs, *part.shape[1:]),
            )


def _take(tensor: Tensor, index: Tensor) -> Tensor:
    """Rows `index` (R, B) of `tensor`, (1, N, ...) shared or (R, N, ...)."""
    if tensor.shape[0] == 1:
        rows = tensor[0].index_select(0, index.flatten())
        return rows.view(*index.shape, *rows.shape[1:])
    runs = torch.arange(tensor.shape[0], device=tensor.device).unsqueeze(1)
    return tensor[runs, index]
