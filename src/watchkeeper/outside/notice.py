"""Notice: what an operator must know, said on standard error whatever the level of the log."""

import logging

log = logging.getLogger("watchkeeper.notice")
log.setLevel(logging.WARNING)


def notice(words: str) -> None:
    """Say *words* to the operator. Who calls says a thing once, not once for each replica."""
    log.warning("%s", words)
