"""SIGINT, SIGTERM and SIGHUP: the first ends the work in order, the second at once.

Python's own handlers wait for the running step of the main thread; a step of Torch or Typst can be
long. A second thread hears of the signals at once and ends the process where the order takes longer
than `GRACE`. Nothing is lost by that: whatever is written is written whole or not at all.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

GRACE = 4.0
"""Seconds from the first signal to the end, at the latest."""
SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class InterruptedBySignal(BaseException):
    """The user, or the system, wants the program to end."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number

    @property
    def status(self) -> int:
        """Exit status, as a shell gives it: 130 for SIGINT, 143 for SIGTERM."""
        return 128 + self.number


@contextmanager
def interruptible() -> Iterator[None]:
    """Within, the first signal raises InterruptedBySignal in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    hears, told = socket.socketpair()
    told.setblocking(False)
    watch = threading.Thread(target=_watch, args=(hears,), daemon=True)
    watch.start()
    handlers = {number: signal.signal(number, _interrupt) for number in SIGNALS}
    wakeup = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        told.close()
        watch.join()


def _interrupt(number: int, _frame: FrameType | None) -> None:
    raise InterruptedBySignal(number)


def _watch(hears: socket.socket) -> None:
    """End the process at the second signal, or `GRACE` seconds after the first."""
    with hears:
        first = _next(hears, None)
        if first is None:
            return
        try:
            if _next(hears, GRACE) is None:
                return
        except TimeoutError:
            pass
    if sys.stderr.isatty():
        sys.stderr.write("\x1b[?25h\n")  # a progress bar may have hidden the cursor
        sys.stderr.flush()
    os._exit(128 + first)


def _next(hears: socket.socket, seconds: float | None) -> int | None:
    """Number of the next of `SIGNALS`; null when there will be none."""
    hears.settimeout(seconds)
    while byte := hears.recv(1):
        if byte[0] in SIGNALS:
            return byte[0]
    return None
