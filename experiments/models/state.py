"""How the state of a network lies in one vector: trained parameters (P), then what is kept (Q).

Trained are the parameters in the order of `module.parameters()`; kept are those that the module
freezes, and its buffers, such as the running means of batch normalization. The vector (P + Q,)
goes through snapshots, checkpoints and lines between solutions; gradients and Hessians are those of
its first P numbers, with the others fixed.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Slot:
    """One tensor of a module: its name, place in the vector, shape and type."""

    name: str
    part: slice
    shape: torch.Size
    dtype: torch.dtype


@dataclass(frozen=True)
class State:
    """Slots of the trained parameters and of what is kept, in the order of the vector."""

    parameters: tuple[Slot, ...]
    kept: tuple[Slot, ...]

    @classmethod
    def of(cls, module: nn.Module) -> "State":
        """The slots of a module on any device."""
        trained = {n: p for n, p in module.named_parameters() if p.requires_grad}
        frozen = {n: p for n, p in module.named_parameters() if not p.requires_grad}
        start, slots = 0, []
        for name, tensor in (*trained.items(), *frozen.items(), *module.named_buffers()):
            part = slice(start, start + tensor.numel())
            slots.append(Slot(name, part, tensor.shape, tensor.dtype))
            start = part.stop
        return cls(tuple(slots[: len(trained)]), tuple(slots[len(trained) :]))

    @property
    def trained(self) -> int:
        """P."""
        return self.parameters[-1].part.stop if self.parameters else 0

    def vector(self, module: nn.Module) -> Tensor:
        """The state of a module, (P + Q,), in the precision of its parameters."""
        tensors = {**dict(module.named_parameters()), **dict(module.named_buffers())}
        dtype = next((p.dtype for p in module.parameters()), torch.float32)
        return torch.cat(
            [
                tensors[slot.name].detach().reshape(-1).to(dtype)
                for slot in (*self.parameters, *self.kept)
            ]
        )

    def fixed(self, vector: Tensor) -> dict[str, Tensor]:
        """What is kept of a state (P + Q,), by name: copies, in the precision of the vector."""
        return {
            slot.name: vector[slot.part]
            .clone()
            .view(slot.shape)
            .to(vector.dtype if slot.dtype.is_floating_point else slot.dtype)
            for slot in self.kept
        }
