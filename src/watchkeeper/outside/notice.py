"""Notice: what an operator must know, said on standard error whatever the level of the log."""

import logging
import sys
from contextlib import suppress

log = logging.getLogger("watchkeeper.notice")
log.setLevel(logging.WARNING)


def notice(words: str) -> None:
    """Say *words* to the operator. Who calls says a thing once, not once for each replica."""
    log.warning("%s", words)


def tell(*lines: str) -> None:
    """Say *lines* as they are: the answer to a command, and what is said while we start.

    Who reads them may have gone, and the disk they go to may be full: a monitor goes on.
    """
    with suppress(OSError):
        for line in lines:
            sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
