"""The IDX format of MNIST's files (LeCun's MNIST page)."""

import numpy as np

from experiments.data.arrays import Bytes


def parse_idx(content: bytes) -> Bytes:
    """The uint8 array of an IDX file, of the shape that the file says.

    Two zero bytes, 0x08 for unsigned byte, the number of dimensions, each size as a big-endian
    32-bit integer, then the bytes. Raises ValueError for anything else.
    """
    axes = content[3] if len(content) > 3 else 0
    start = 4 + 4 * axes
    if content[:3] != b"\x00\x00\x08" or not 1 <= axes <= 3 or len(content) < start:
        raise ValueError("no IDX file of bytes")
    shape = tuple(int(n) for n in np.frombuffer(content[4:start], dtype=">u4"))
    if len(content) - start != int(np.prod(shape)):
        raise ValueError(f"{len(content) - start} bytes for the shape {shape}")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)
