"""Memory of a process that computes."""

import subprocess
import sys

import pytest

FAULTS = """
import resource
from experiments.heap import keep_memory
def pages(steps):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(steps):
        bytearray(48 << 20)  # more than glibc keeps by itself
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
pages(2)
print(pages(3))
keep_memory()
pages(10)  # the heap grows at first
print(pages(3))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="no glibc here")
def test_freed_memory_is_used_again() -> None:
    """Pages that a process asks the system for in three steps, before and after."""
    command = [sys.executable, "-c", FAULTS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    left, kept = map(int, done.stdout.split())
    assert kept < 0.1 * left
