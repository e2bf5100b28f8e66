"""Shelf: which files the public may ask for, the operator's own before those that we bring."""

from functools import partial

from watchkeeper.web.front import Front
from watchkeeper.web.public import badges
from watchkeeper.web.public.operator_files import ASSET, OperatorFiles
from watchkeeper.web.public.reading import WaitedReadingRoute
from watchkeeper.web.public.served import Served
from watchkeeper.web.public.status import Summary

_ROBOTS = Served(
    b"User-agent: *\nDisallow:\n", (*ASSET, ("content-type", "text/plain; charset=utf-8"))
)


class Shelf:
    """The roads `/badge/…`, `/assets/…` and `/robots.txt`."""

    def __init__(self, front: Front, summary: Summary) -> None:
        self._files = OperatorFiles(front.assets)
        self._summary = summary

    def route(self, path: tuple[str, ...]) -> WaitedReadingRoute | None:
        """Return the route for *path* below `/`, None when it is not one of these.

        Files are served at exactly these depths, so that nothing else of a folder is public.
        """
        match path:
            case ("badge", kind):
                return WaitedReadingRoute(partial(self._badge, kind))
            case ("robots.txt",):
                return WaitedReadingRoute(self._robots)
            case ("assets", "images", "badges", name):
                return WaitedReadingRoute(partial(self._badge_file, name))
            case ("assets", "images" | "fonts" as kin, folder, name):
                return WaitedReadingRoute(partial(self._files.asset, kin, folder, name))
            case ("assets", "stylesheets" | "javascripts" as folder, name):
                return WaitedReadingRoute(partial(self._files.asset, folder, name))
        return None

    async def _badge(self, kind: str) -> Served | None:
        name = badges.name(kind, self._summary.general())
        return await self._files.badge(name) or badges.BUILT_IN.get(name)

    async def _badge_file(self, name: str) -> Served | None:
        return await self._files.asset("images", "badges", name) or badges.AS_FILES.get(name)

    async def _robots(self) -> Served | None:
        return await self._files.asset("public", "robots.txt") or _ROBOTS
