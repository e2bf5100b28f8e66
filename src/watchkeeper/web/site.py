"""Site: which route answers which request."""

from functools import lru_cache, partial

from watchkeeper.web.front import Front
from watchkeeper.web.public.assets import Assets
from watchkeeper.web.public.page import PublicPage
from watchkeeper.web.public.reading import ReadingRoute, WaitedReadingRoute
from watchkeeper.web.public.shelf import Shelf
from watchkeeper.web.public.status import Summary
from watchkeeper.web.request import segments
from watchkeeper.web.route import Route
from watchkeeper.web.wire.vigil import Reporters
from watchkeeper.web.wire.vigil_manager import Orders

_LONGEST_KEPT = 256
_MOST_KEPT = 4_096
_READS = frozenset({b"GET", b"HEAD"})


class Site:
    """Finds the routes that are called all the time."""

    def __init__(self, front: Front) -> None:
        self._assets = Assets()
        page = PublicPage(front, self._assets)
        summary = Summary(front)
        self._shelf = Shelf(front, summary)
        self._base = segments(front.base.encode()) if front.base else ()
        self._reporters = Reporters(front)
        self._orders = Orders(front)
        self._readings: dict[tuple[str, ...], Route] = {
            (): WaitedReadingRoute(page.current, page.kept),
            ("status", "text"): ReadingRoute(summary.word),
            ("status", "report"): ReadingRoute(summary.report),
        }
        self._kept = lru_cache(maxsize=_MOST_KEPT)(self._find)

    def find(self, method: bytes, target: bytes) -> Route | None:
        """Return the route for *target*, None when it is not one of the busy ones.

        Raise Refusal (400) for a target that cannot be read.
        """
        return (
            self._kept(method, target)
            if len(target) <= _LONGEST_KEPT
            else self._find(method, target)
        )

    def _find(self, method: bytes, target: bytes) -> Route | None:
        path = self.below_base(segments(target))
        if path is None:
            return None
        reading = self._reading(path) if method in _READS else None
        return reading or self._reporters.route(method, path) or self._orders.route(method, path)

    def _reading(self, path: tuple[str, ...]) -> Route | None:
        match path:
            case ("static", name):
                return ReadingRoute(partial(self._assets.get, name))
        return self._readings.get(path) or self._shelf.route(path)

    def below_base(self, path: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return *path* without the base that is before all of ours, None where it has none."""
        length = len(self._base)
        return path[length:] if path[:length] == self._base else None
