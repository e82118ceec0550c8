"""A network of the user's own: a class in a file beside the suite. This runs the user's code."""

import traceback
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import torch
from torch import Tensor, nn

from experiments.settings.network import Network, Shape
from report.errors import UserError


def own_module(network: Network, shape: Shape) -> nn.Module:
    """An instance, made with the input shape and the number of outputs, in training mode.

    Raises UserError, with file and line, for whatever goes wrong, and for outputs of another
    shape than (examples, outputs).
    """
    assert network.module is not None
    name = network.module.rpartition(":")[2]
    try:
        made = getattr(_imported(network.file, str(network.sha256)), name)(
            shape.input, shape.outputs
        )
        if not isinstance(made, nn.Module):
            raise UserError(f'{network.file}: "{name}" is no torch.nn.Module')
        with torch.no_grad():
            outputs = made.eval()(torch.zeros(2, *shape.input))
    except UserError:
        raise
    except Exception as error:
        lines = [
            f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(network.file)
        ]
        place = f", line {lines[-1].lineno}" if lines else ""
        cause = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise UserError(f'model "{network.name}": {network.file}{place}: {cause}') from error
    given = tuple(outputs.shape) if isinstance(outputs, Tensor) else type(outputs).__name__
    if given != (2, shape.outputs):
        raise UserError(
            f'model "{network.name}": {network.file}: "{name}" gives {given} for two examples of '
            f"shape {shape.input}; it must give (2, {shape.outputs})"
        )
    return made.train()


@cache
def _imported(file: Path, sha256: str) -> object:
    """The file as a module, run once; another content is another module."""
    spec = spec_from_file_location(f"homework_own_{sha256}", file)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
