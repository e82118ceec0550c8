"""A network of the user's own: a class in a file beside the suite. This runs the user's code."""

import importlib.util
import sys
import traceback

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
        made = getattr(_imported(network), name)(shape.input, shape.outputs)
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


def _imported(network: Network) -> object:
    """The file as a module, run once; another content is another module."""
    key = f"homework_own_{network.sha256}"
    if key not in sys.modules:
        spec = importlib.util.spec_from_file_location(key, network.file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[key] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[key]
            raise
    return sys.modules[key]
