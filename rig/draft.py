"""The draft: the program's file as somebody edits it, all day long, and breaks it."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from rig.program import Wiring

_FEWEST = 5


@dataclass(slots=True, kw_only=True)
class Draft:
    """What the file says: all of *whole*, but for the nodes and the channels that are *away*.

    *called* is what a node is called now, by its first name.
    """

    whole: Wiring
    dice: random.Random
    away: set[str] = field(default_factory=set)
    called: dict[str, str] = field(default_factory=dict)
    _before: dict[str, str] = field(default_factory=dict)

    @property
    def present(self) -> list[str]:
        """Return the nodes that the file names, by their first names."""
        return [node for node in self.whole.looked if node not in self.away]

    def drop(self, spared: str) -> str | None:
        """Leave out a node, but not the one that is *spared*; return which, if any can go."""
        choice = [node for node in self.present if node != spared]
        if len(choice) < _FEWEST:
            return None
        node = self.dice.choice(choice)
        self.away.add(node)
        return node

    def restore(self) -> str | None:
        """Name a node again that was left out; return which, if any was."""
        gone = sorted(self.away & self.whole.looked.keys())
        if not gone:
            return None
        node = self.dice.choice(gone)
        self.away.remove(node)
        return node

    def rename(self, node: str, name: str) -> None:
        """Call *node* another *name* from now on."""
        self._before[node] = self.called.get(node, node)
        self.called[node] = name

    def switch(self, channel: str) -> bool:
        """Leave out *channel*, or name it again; return whether it is named now."""
        self.away ^= {channel}
        return channel not in self.away

    def tune(self) -> None:
        """Change intervals and thresholds, and write a key that nobody knows."""
        one = self.dice
        self.whole = replace(
            self.whole,
            interval_s=one.randint(1, 2),
            deadline_s=one.randint(5, 10),
            pace=tuple(one.randint(1, 3) for _ in range(one.randint(1, 3))),
            unknown=f"colour_{one.randint(0, 9)} = 'red'",
        )

    def text(self) -> str:
        """Return the file."""
        looked = {self.called.get(node, node): self.whole.looked[node] for node in self.present}
        channels = {name: url for name, url in self.whole.channels.items() if name not in self.away}
        was = {self.called[node]: f'was = "{name}"' for node, name in self._before.items()}
        return replace(self.whole, looked=looked, channels=channels, keys=was).text()

    def broken(self) -> tuple[str, str]:
        """Return a file that no program may take, and what is wrong with it."""
        words = self.dice.choice(sorted(BREAKS))
        return BREAKS[words](self.text()), words


def _few(text: str) -> str:
    """Return *text* with all that is looked at in one node, under a name that is new."""
    head, _, rest = text.partition("[[probe.service.node]]")
    tail = rest[rest.index("[[probe.service]]") :]
    return f'{head}[[probe.service.node]]\nid = "new"\nlabel = "new"\nmode = "push"\n{tail}'


BREAKS: Mapping[str, Callable[[str], str]] = {
    "a word for a number": lambda text: text.replace("poll_retry = 0", 'poll_retry = "often"'),
    "a mode that there is not": lambda text: text.replace('mode = "poll"', 'mode = "pull"', 1),
    "a table twice": lambda text: f"{text}\n[metrics]\n",
    "a table that does not close": lambda text: f"{text}\n[[probe.service]\n",
    "half of the file": lambda text: text[: text.index("hook_url") + 15],
    "an empty file": lambda _: "",
    "a key that is needed": lambda text: text.replace("company_name", "company_nam"),
    "most nodes lost": _few,
}
