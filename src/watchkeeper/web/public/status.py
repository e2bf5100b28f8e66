"""Status: the general word and the report, as Vigil's clients read them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from watchkeeper.core.plan import Page
from watchkeeper.core.state import PageState, ServiceState
from watchkeeper.core.status import Status, worst
from watchkeeper.web.answer import Fields
from watchkeeper.web.front import Front
from watchkeeper.web.public.rendition import Rendition

_OPEN: Fields = (
    ("cache-control", "no-cache"),
    ("access-control-allow-origin", "*"),
)
_WORD: Fields = (("content-type", "text/plain; charset=utf-8"), *_OPEN)
_REPORT: Fields = (("content-type", "application/json"), *_OPEN)


@dataclass(frozen=True, slots=True)
class _Part:
    service: ServiceState
    status: Status
    text: str


class Summary:
    """Keeps the word and the report; a service that did not change is not written again."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._state: PageState | None = None
        self._page: Page | None = None
        self._parts: dict[str, _Part] = {}
        self._status = Status.HEALTHY
        self._word = self._report = Rendition(b"", ())

    def word(self) -> Rendition:
        """Return `healthy`, `sick` or `dead`."""
        self._refresh()
        return self._word

    def general(self) -> Status:
        """Return the status that the word says."""
        self._refresh()
        return self._status

    def report(self) -> Rendition:
        """Return the statuses of everything, as JSON."""
        self._refresh()
        return self._report

    def _refresh(self) -> None:
        state, page = self._front.state(), self._front.plan().page
        if state is self._state and page is self._page:
            return
        self._parts = {service.key: self._part(service) for service in state.services}
        status = worst(part.status for part in self._parts.values())
        self._word = Rendition(status.word.encode(), _WORD)
        self._report = Rendition(_report(status, page, self._parts.values()), _REPORT)
        self._state, self._page, self._status = state, page, status

    def _part(self, service: ServiceState) -> _Part:
        kept = self._parts.get(service.key)
        if kept is not None and kept.service == service:
            return kept
        return _Part(service, service.ancestral, _service(service))


def _report(status: Status, page: Page, parts: Iterable[_Part]) -> bytes:
    name, url = _json(page.title), _json(str(page.url))
    probes = ",".join(part.text for part in parts)
    head = f'{{"health":"{status.word}","page":{{"name":{name},"url":{url}}}'
    return f'{head},"probes":[{probes}]}}'.encode()


def _service(service: ServiceState) -> str:
    nodes = [
        {
            "name": node.label,
            "status": node.ancestral.word,
            "replicas": [replica.ancestral.word for replica in node.replicas],
        }
        for node in service.nodes
    ]
    value = {"name": service.label, "status": service.ancestral.word, "nodes": nodes}
    return _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
