"""Whether what was read from a file has the form that it should have."""

from typing import Any

from torch import Tensor


def has_form(found: Any, wanted: Any) -> bool:
    """Whether `found` has the types of `wanted`, its keys, its lengths and the shapes of its
    tensors. Where `wanted` has None, or an empty list or dictionary, what is to fill it is open.
    """
    if wanted is None:
        return True
    if type(found) is not type(wanted):
        return False
    if isinstance(wanted, Tensor):
        return bool(found.shape == wanted.shape and found.dtype == wanted.dtype)
    if isinstance(wanted, dict):
        return all(key in found and has_form(found[key], part) for key, part in wanted.items())
    if isinstance(wanted, (list, tuple)) and wanted:
        return len(found) == len(wanted) and all(map(has_form, found, wanted))
    return True
