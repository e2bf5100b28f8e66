"""What /proc says of a process: its CPU time, its children's, and its memory."""

import os
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def cpu_s(pid: int) -> float:
    """Return the CPU seconds that *pid* and its living descendants have used, all threads."""
    return sum(_own_cpu_s(one) for one in tree(pid))


def tree(pid: int) -> list[int]:
    """Return *pid* and its living descendants."""
    found = [pid]
    for parent in found:
        for children in _PROC.glob(f"{parent}/task/*/children"):
            found.extend(int(child) for child in children.read_text().split())
    return found


def rss_mb(pid: int) -> float:
    """Return the resident memory of *pid* now, in megabytes of 1,000,000 bytes."""
    return _status_mb(pid, "VmRSS")


def peak_mb(pid: int) -> float:
    """Return the highest resident memory that *pid* ever had, in megabytes."""
    return _status_mb(pid, "VmHWM")


def _own_cpu_s(pid: int) -> float:
    fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    user, system = fields[11:13]
    return (int(user) + int(system)) / _TICKS_A_SECOND


def _status_mb(pid: int, field: str) -> float:
    for line in (_PROC / str(pid) / "status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024 / 1_000_000
    raise LookupError(f"/proc/{pid}/status has no {field}")
