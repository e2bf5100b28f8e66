"""Keeper: a program of its own, which runs one script and leaves nothing of it behind.

Standard input is the text of the script, standard error what the script says. Standard output
takes one line when it has ended: `exited CODE LEFT`, `killed SIGNAL LEFT` or `unable WHY`,
where LEFT counts the processes that could not be ended. When nobody reads that output any
more, or on SIGTERM, the script is ended at once.

It needs only what every Python has, so that it starts fast: no package of ours is imported.
"""

import ctypes
import os
import select
import signal
from contextlib import suppress

SUBREAPER = 36
TEXT, VERDICT, SPEECH = 0, 1, 2
SCRIPT = 3
TRIES, WAIT_S = 2_000, 0.005


def main() -> None:
    """Run the script, end what is left of it, and say how it ended."""
    close_what_leaked()
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    alarm = wake_by(signal.SIGCHLD, signal.SIGTERM)
    try:
        leader = start()
    except OSError as error:
        say(f"unable {error.strerror}: {error.filename}")
        return
    ended = wait(leader, alarm)
    with suppress(OSError):  # until the leader is reaped, the number of its group is its own
        os.killpg(leader, signal.SIGKILL)
    left = end_all()
    say(f"{ended or 'killed 9'} {left}")


def close_what_leaked() -> None:
    """Close all but our three: event loops may start programs with files that are not theirs."""
    for descriptor in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208 - an import less
        if descriptor > SPEECH:
            with suppress(OSError):
                os.close(descriptor)


def wake_by(*signals: signal.Signals) -> int:
    """Return the end of a pipe that can be read after each of *signals*."""
    alarm, bell = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(bell, warn_on_full_buffer=False)
    for number in signals:
        signal.signal(number, lambda *_: None)
    return alarm


def start() -> int:
    """Start the script in a session of its own, reading nothing; return its process."""
    return os.posix_spawnp(
        "sh",
        ["sh", f"/proc/self/fd/{SCRIPT}"],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, TEXT, SCRIPT),
            (os.POSIX_SPAWN_OPEN, TEXT, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, SPEECH, VERDICT),
        ],
        setsid=True,
        setsigdef=[signal.SIGPIPE, signal.SIGXFSZ],  # which Python ignores
    )


def wait(leader: int, alarm: int) -> str:
    """Return how *leader* ended, which stays unreaped; '' when it shall be ended."""
    poll = select.poll()
    poll.register(alarm, select.POLLIN)
    poll.register(VERDICT, 0)
    while True:
        ended = first_ended(leader)
        if ended is not None:
            word = "exited" if ended.si_code == os.CLD_EXITED else "killed"
            return f"{word} {ended.si_status}"
        ready = {descriptor for descriptor, _ in poll.poll()}
        if VERDICT in ready or signal.SIGTERM in os.read(alarm, 4096):
            return ""


def first_ended(leader: int) -> os.waitid_result | None:
    """Reap what has ended before *leader*, and return its end when it has."""
    look = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while (ended := os.waitid(os.P_ALL, 0, look)) is not None:
        if ended.si_pid == leader:
            return ended
        os.waitpid(ended.si_pid, 0)
    return None


def end_all() -> int:
    """Stop, kill and reap until the system knows of no child; return how many are left.

    Whoever is stopped cannot fork, and holds the place of a process that would fork instead:
    so nobody is killed before a look around finds nobody new.
    """
    stopped: set[int] = set()
    for _ in range(TRIES):
        if not has_children():
            return 0
        found = offspring()
        what = signal.SIGSTOP if found - stopped else signal.SIGKILL
        if found and not reach(found, what):
            break
        stopped |= found
        select.select([], [], [], WAIT_S)
    return len(offspring())


def reach(processes: set[int], what: signal.Signals) -> bool:
    """Send *what* to *processes*; return whether any of them may be reached by us at all."""
    is_ours = False
    for process in processes:
        try:
            os.kill(process, what)
        except PermissionError:
            continue
        except ProcessLookupError:
            pass
        is_ours = True
    return is_ours


def has_children() -> bool:
    """Reap what has ended; return whether there is something else."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def offspring() -> set[int]:
    """Return our children, whatever became our child when it lost its parent, and theirs."""
    families: dict[int, list[int]] = {}
    for process in map(int, filter(str.isdigit, os.listdir("/proc"))):  # noqa: PTH208
        with suppress(OSError), open(f"/proc/{process}/stat", "rb") as file:  # noqa: PTH123
            parent = int(file.read().rpartition(b")")[2].split()[1])
            families.setdefault(parent, []).append(process)
    found: set[int] = set()
    waiting = [os.getpid()]
    while waiting:
        children = families.get(waiting.pop(), [])
        found.update(children)
        waiting += children
    return found


def say(line: str) -> None:
    """Write *line* for whoever still reads."""
    with suppress(OSError):
        os.write(VERDICT, f"{line}\n".encode(errors="replace"))


if __name__ == "__main__":
    main()
