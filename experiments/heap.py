"""What becomes of freed memory."""

import ctypes
import sys


def keep_memory(*, largest: int = 1 << 30, free: int = 2**31 - 1) -> None:
    """Let this process keep freed memory for its next tensors, where the C library is glibc.

    By default large blocks go back to the system when they are freed, and every step pays for
    fresh pages again: a third of the time of a small convolutional network.

    Args:
        largest: bytes of the largest block that is kept (M_MMAP_THRESHOLD of mallopt).
        free: bytes that may lie free at the heap's end (M_TRIM_THRESHOLD).
    """
    trim_threshold, mmap_threshold = -1, -3  # of <malloc.h>
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    if libc is not None and hasattr(libc, "gnu_get_libc_version"):
        libc.mallopt(mmap_threshold, largest)
        libc.mallopt(trim_threshold, free)
