"""Room: how many looks of one kind may be under way, so that none waits for one that hangs.

A look is *long* once it has run for a while, and one at a replica whose last look was long is
taken for long from its start. Long looks have half of the room. One that grows long while that
half is full makes way: it is given up, judges nothing, and is taken anew when its half has a
place. So the other half is always free again soon, whoever hangs.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The room for one kind of look: *most* places; a look is long after *long_ms*.

    Looks that may be given up without harm *make way*; a script, which may have done half of
    its work, does not.
    """

    most: int
    long_ms: int = 1_000
    makes_way: bool = True

    @property
    def most_long(self) -> int:
        """Return how many places long looks may have: half of them, and at least one."""
        return max(1, self.most // 2)

    def admits(self, prompt: int, long: int, *, is_long: bool) -> bool:
        """Return whether a look may begin beside *prompt* and *long* looks under way."""
        if prompt + long >= self.most:
            return False
        return not is_long or long < self.most_long

    def gives_up(self, long: int) -> bool:
        """Return whether a look that grows long beside *long* others must make way."""
        return self.makes_way and long >= self.most_long


def places(descriptors: int, most: int) -> int:
    """Return for how many looks *descriptors* suffice, each needing one: *most* at the most.

    Seven eighths are left: three quarters for connections to us, the rest for all else.
    """
    return max(2, min(most, descriptors // 8))
