"""Page: what everybody reads, rendered once per change and at most once a second."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from watchkeeper.core import texts
from watchkeeper.core.announcement import Announcement, Display, display
from watchkeeper.core.measure import NO_MEASURES, Measures, ServiceMeasures
from watchkeeper.core.plan import Page, Plan, Service
from watchkeeper.core.state import PageState, ServiceState
from watchkeeper.core.url import Url
from watchkeeper.web.answer import Fields
from watchkeeper.web.front import Front
from watchkeeper.web.public.assets import Assets
from watchkeeper.web.public.mark import Mark
from watchkeeper.web.public.overview import overview
from watchkeeper.web.public.rendition import Rendition
from watchkeeper.web.public.stamp import stamp
from watchkeeper.web.public.view import announcement_view, href, service_view

REST_MS = 1_000
MOST_NAMED = 12
_FRAME = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_ORIGIN = re.compile(r"https?://[a-z0-9.\-\[\]:]+")


class _Basis(NamedTuple):
    """All that a rendered page depends on; *old_since_at* is 0 where it is not."""

    state: PageState
    plan: Plan
    measures: Measures
    old_since_at: int
    shown: tuple[Announcement, ...]


@dataclass(frozen=True, slots=True)
class Fragment:
    """The HTML of one service, and what it was made of."""

    state: ServiceState
    planned: Service | None
    measures: ServiceMeasures
    mark: Mark
    html: Markup


class PublicPage:
    """Keeps the page, and the *fragments* of its services, each as long as it is true."""

    def __init__(
        self, front: Front, assets: Assets, language: Mapping[str, str] = texts.ENGLISH
    ) -> None:
        self._front = front
        self._assets = assets
        self._language = language
        self._templates = _templates(language, front.base)
        self.fragments: dict[str, Fragment] = {}
        self._basis: _Basis | None = None
        self._drawing: asyncio.Task[None] | None = None
        self._written: tuple[Announcement, ...] = ()
        self._display = Display()
        self._rendered = 0
        self._rendition = Rendition(b"", ())

    def kept(self) -> Rendition | None:
        """Return the page as of now, or of the last second; None where it must be drawn."""
        return None if self._is_news(self._basis_now()) else self._rendition

    async def current(self) -> Rendition:
        """Return the page as of now, or of the last second.

        A large one takes long to draw: that is done in a thread, once for all who wait.
        """
        basis = self._basis_now()
        if self._is_news(basis):
            if self._drawing is None:
                self._drawing = asyncio.create_task(self._draw(basis))
            await asyncio.shield(self._drawing)
        return self._rendition

    async def _draw(self, basis: _Basis) -> None:
        try:
            self._rendition = await asyncio.to_thread(self._render, basis)
            self._basis = basis
            self._rendered = self._front.clock.steady()
        finally:
            self._drawing = None

    def _basis_now(self) -> _Basis:
        front = self._front
        state = front.state()
        return _Basis(
            state=state,
            plan=front.plan(),
            measures=front.measures(),
            old_since_at=front.old_since_at(),
            shown=self._shown(state.announcements),
        )

    def _shown(self, written: tuple[Announcement, ...]) -> tuple[Announcement, ...]:
        """Return those of *written* that are shown now, looked for only when that may change."""
        at = self._front.clock.wall()
        if written is not self._written or not self._display.holds(at):
            self._written, self._display = written, display(written, at)
        return self._display.shown

    def _is_news(self, basis: _Basis) -> bool:
        drawn = self._basis
        if drawn is None:
            return True
        is_same = all(new is old for new, old in zip(basis[:3], drawn[:3], strict=True))
        if is_same and basis[3:] == drawn[3:]:
            return False
        return self._front.clock.steady() - self._rendered >= REST_MS

    def _render(self, basis: _Basis) -> Rendition:
        page = basis.plan.page
        planned = {service.key: service for service in basis.plan.services}
        self.fragments = {
            state.key: self._fragment(state, planned.get(state.key), basis.measures)
            for state in basis.state.services
        }
        html = self._templates.get_template("page.html").render(
            page=page,
            custom_html=Markup(page.custom_html),  # noqa: S704 - the operator's own
            overview=overview(
                basis.state, {key: part.mark for key, part in self.fragments.items()}
            ),
            announcements=[announcement_view(one) for one in basis.shown],
            services=[part.html for part in self.fragments.values()],
            style=self._assets.style,
            brand=self._assets.brand(page),
            old=stamp(basis.old_since_at) if basis.old_since_at else None,
        )
        fields: Fields = (
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-cache"),
            ("content-security-policy", policy(page)),
        )
        return Rendition(html.encode(), fields)

    def _fragment(
        self, state: ServiceState, planned: Service | None, measures: Measures
    ) -> Fragment:
        kept = self.fragments.get(state.key)
        mine = measures.of(planned) if planned else NO_MEASURES
        if kept and kept.state == state and kept.planned is planned and kept.measures == mine:
            return kept
        view = service_view(state, planned, mine, self._language)
        html = self._templates.get_template("service.html").render(service=view)
        return Fragment(state, planned, mine, view.mark, Markup(html))  # noqa: S704 - the template escaped it


def policy(page: Page) -> str:
    """Return the content security policy of *page*.

    Nothing inline, and images of its brand alone, unless its operator brings HTML: whoever may
    write that into the page may run and load what the HTML says.
    """
    return f"{_own_policy(page) if page.custom_html else _policy(page)}; {_FRAME}"


def _policy(page: Page) -> str:
    origins = {_origin(page.logo_url), _origin(page.icon_url)} - {""}
    images = " ".join(("'self'", "data:", *sorted(origins)))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src {images}"
    )


def _own_policy(page: Page) -> str:
    is_plain = page.url.text.startswith("http:")
    schemes = "https: wss: http: ws:" if is_plain else "https: wss:"
    return f"default-src 'self' {schemes} data: blob: 'unsafe-inline'"


def _origin(url: Url) -> str:
    parts = urlsplit(url.text)
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()
    return origin if _ORIGIN.fullmatch(origin) else ""


def _templates(language: Mapping[str, str], base: str) -> Environment:
    templates = Environment(
        loader=PackageLoader("watchkeeper.web.public"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    said = {name: Markup(text) for name, text in language.items()}  # noqa: S704 - our own texts

    def say(name: str, **values: object) -> Markup:
        return said[name].format(**values) if values else said[name]

    boxed = [mark for mark in Mark if mark is not Mark.MAINTENANCE]
    templates.globals.update(say=say, href=href, base=base, boxed=boxed, most_named=MOST_NAMED)
    return templates
