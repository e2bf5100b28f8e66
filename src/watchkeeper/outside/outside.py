"""Outside: all that probes and notifiers may know of the world, as one value."""

from dataclasses import dataclass, field, replace

from watchkeeper.outside.addresses import STRICT, Allowance
from watchkeeper.outside.clock import Clock, SystemClock
from watchkeeper.outside.connect import Connector
from watchkeeper.outside.deadline import Deadlines
from watchkeeper.outside.directory import Directory
from watchkeeper.outside.http import Http
from watchkeeper.outside.ping import Pinger
from watchkeeper.outside.proxy import DIRECT, Proxies
from watchkeeper.outside.resolve import Resolver, SystemResolver
from watchkeeper.outside.run import Shell
from watchkeeper.outside.sending import Sending
from watchkeeper.outside.session import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """The world. *user_agent* is how our looks name themselves.

    *sending* is the try that is under way, for notifiers that speak something else than HTTP.
    """

    clock: Clock
    resolver: Resolver
    connect: Connector
    http: Http
    sessions: Sessions
    deadlines: Deadlines = field(default_factory=Deadlines)
    pinger: Pinger = field(default_factory=Pinger)
    shell: Shell = field(default_factory=Shell)
    sending: Sending = field(default_factory=Sending)
    directory: Directory = field(default_factory=Directory)
    proxies: Proxies = DIRECT
    user_agent: str = "watchkeeper"

    def for_sending(self, sending: Sending) -> "Outside":
        """Return the world in which every request belongs to *sending*."""
        return replace(self, sending=sending, http=self.http.for_sending(sending))

    async def close(self) -> None:
        """Let go of what is open to the world."""
        self.pinger.close()
        self.connect.close()
        await self.directory.close()
        await self.resolver.close()


def real(
    *,
    clock: Clock | None = None,
    resolver: Resolver | None = None,
    allowance: Allowance = STRICT,
    proxies: Proxies = DIRECT,
    user_agent: str = "watchkeeper",
) -> Outside:
    """Return the real world, but for what is given; made while the event loop runs."""
    clock = clock or SystemClock()
    resolver = resolver or SystemResolver(clock)
    connector = Connector(resolver, allowance)
    return Outside(
        clock=clock,
        resolver=resolver,
        connect=connector,
        http=Http(connector, clock, user_agent),
        sessions=Sessions(clock),
        proxies=proxies,
        user_agent=user_agent,
    )
