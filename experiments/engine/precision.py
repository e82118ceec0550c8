"""Whether bfloat16 pays here: it does only where the processor computes in it."""

from collections.abc import Mapping

import torch

INSTRUCTIONS = ("amx_bf16", "avx512_bf16")


def bfloat16_pays(device: torch.device, capabilities: Mapping[str, object] | None = None) -> bool:
    """True where convolutions in bfloat16 are computed by instructions made for it.

    Without them PyTorch converts back and forth, and is many times slower than in float32.
    `capabilities` are those of the CPU, as `torch.cpu.get_capabilities` gives them; null asks it.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if capabilities is None:
        capabilities = getattr(torch.cpu, "get_capabilities", dict)()
    return any(bool(capabilities.get(name)) for name in INSTRUCTIONS)
