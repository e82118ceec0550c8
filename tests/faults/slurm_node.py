"""A Slurm of one node on this machine, in a folder of its own: Debian's slurm-wlm, nothing shared.

`python -m tests.faults.slurm_node FOLDER` runs one until it is interrupted and says what to export.
"""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

DAEMONS = ("slurmctld", "slurmd")
PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
START = 60.0
"""Seconds in which the node must be ready."""

# Seen to run with Slurm 22.05 (Debian 12) and 24.11 (Debian 13).
# Without munge: whoever reaches these ports of this machine is believed to be who they say.
# Without accounting and control groups, as on no real cluster; jobs share the cores.
CONFIGURATION = """
ClusterName=homework
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PropagateResourceLimits=NONE
ReturnToService=2
KillWait=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=60 State=UP OverSubscribe=FORCE:4
PartitionName=urgent Nodes={host} MaxTime=60 State=UP PriorityTier=2
"""


@dataclass(frozen=True)
class Node:
    """A running Slurm; `folder` holds its configuration, state and logs."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to reach it."""
        return {"SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": PATH}

    def __call__(self, *command: str) -> str:
        """What one of Slurm's commands says; AssertionError where it fails."""
        done = subprocess.run(
            command,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def jobs(self) -> dict[str, str]:
        """States by number of all jobs that it knows."""
        lines = self("squeue", "--noheader", "--states=all", "--format=%i %T").splitlines()
        return dict(line.split() for line in lines)


def missing() -> str | None:
    """Why there can be no such node here, or null."""
    absent = [name for name in (*DAEMONS, "sbatch", "squeue") if not shutil.which(name, path=PATH)]
    return f"Slurm is not installed (slurm-wlm): no {', '.join(absent)}" if absent else None


def version() -> str:
    """Slurm's version without its last part, as `22.05`."""
    words = subprocess.run(
        ["slurmd", "-V"],
        env=os.environ | {"PATH": PATH},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return ".".join(words[-1].split(".")[:2])


@contextmanager
def running(folder: Path) -> Iterator[Node]:
    """A node that is ready for jobs; at the end its jobs and daemons are gone."""
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    node = Node(folder)
    configuration = CONFIGURATION.format(
        host=socket.gethostname().partition(".")[0],
        user=getpass.getuser(),
        folder=folder,
        ports=_free_ports(2),
        cores=os.cpu_count(),
    )
    (folder / "slurm.conf").write_text(configuration, encoding="utf-8")
    if version() >= "23.02":  # which else asks for control groups; older ones do not know the word
        (folder / "cgroup.conf").write_text("CgroupPlugin=disabled\n", encoding="utf-8")
    with ExitStack() as stack:
        for name in DAEMONS:
            stack.enter_context(_daemon(name, node))
        end = time.monotonic() + START
        while "idle" not in _said(node):
            if time.monotonic() > end:
                raise TimeoutError(f"Slurm's node is not ready in {START:.0f} s: {_last(node)}")
            time.sleep(0.1)
        yield node
        node("scancel", "--user", getpass.getuser(), "--signal=KILL", "--full")
        node("scancel", "--user", getpass.getuser())


@contextmanager
def _daemon(name: str, node: Node) -> Iterator[None]:
    program = shutil.which(name, path=PATH)
    assert program is not None
    with (
        (node.folder / f"{name}.out").open("w", encoding="utf-8") as output,
        subprocess.Popen(
            [program, "-D"],
            env=os.environ | node.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def _said(node: Node) -> str:
    try:
        return node("sinfo", "--noheader", "--format=%T")
    except (AssertionError, subprocess.TimeoutExpired):
        return ""


def _last(node: Node) -> str:
    """The last line of each daemon's log."""
    logs = [node.folder / f"{name}.log" for name in DAEMONS]
    lines = [log.read_text(encoding="utf-8").splitlines() for log in logs if log.exists()]
    return "; ".join(found[-1] for found in lines if found) or "no log"


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(closing(socket.socket())) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


if __name__ == "__main__":
    with running(Path(sys.argv[1]).resolve()) as started:
        print(f"export SLURM_CONF={started.environment['SLURM_CONF']}", flush=True)
        ends = {signal.SIGINT, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, ends)
        signal.sigwait(ends)
