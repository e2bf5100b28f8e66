"""Session: TLS that is taken up again with whom we look at often, and what was seen before.

A full handshake costs us nearly twice as much, but shows the certificate; a session takes 17 kB.
So one is used for a minute, and only with who is met more often than every other minute.
"""

import ssl
from dataclasses import dataclass
from typing import NamedTuple

from watchkeeper.outside.clock import Clock
from watchkeeper.outside.tls import Certificate, Tls

KEPT_MS = 60_000
"""How long after a full handshake its session is used: a new certificate is seen after that."""

MOST_KEPT = 1_000


class Peer(NamedTuple):
    """With whom TLS is spoken: by which settings, under which name, on which host and port."""

    settings: ssl.SSLContext
    name: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Session:
    """What a full handshake left, *made* at a steady moment; *ticket* is None after a first one."""

    made: int
    certificate: Certificate | None
    ticket: ssl.SSLSession | None = None


class Sessions:
    """The sessions that may be taken up again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[Peer, Session] = {}

    @property
    def peers(self) -> int:
        """Return with how many TLS may be taken up again."""
        return len(self._kept)

    def meet(self, peer: Peer) -> "Meeting":
        """Return the next handshake with *peer*, which takes up a young session if any."""
        kept = self._kept.get(peer)
        is_young = kept is not None and self._clock.steady() - kept.made < KEPT_MS
        return Meeting(peer, self, kept if kept and kept.ticket and is_young else None)

    def keep(self, peer: Peer, tls: Tls, certificate: Certificate | None) -> None:
        """Remember the full handshake that was just made with *peer*."""
        now = self._clock.steady()
        before = self._kept.pop(peer, None)
        is_often = before is not None and now - before.made < 2 * KEPT_MS
        if len(self._kept) >= MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[peer] = Session(now, certificate, tls.ticket if is_often else None)

    def drop(self, peer: Peer) -> None:
        """Forget what is known of *peer*: the next handshake is a full one."""
        self._kept.pop(peer, None)


class Meeting:
    """One handshake, full or with a session of before; what it leaves is kept in *sessions*."""

    def __init__(
        self, peer: Peer, sessions: Sessions | None = None, session: Session | None = None
    ) -> None:
        self._peer = peer
        self._sessions = sessions
        self._session = session
        self._tls: Tls | None = None
        self.certificate: Certificate | None = None

    def tls(self) -> Tls:
        """Return our side of a new connection; each address that is tried needs its own."""
        self._tls = Tls(
            self._peer.settings, self._peer.name, self._session.ticket if self._session else None
        )
        return self._tls

    def secured(self) -> Certificate | None:
        """Return the certificate that was shown, now or when the session began."""
        if self._tls is None:
            return None
        if self._session and self._tls.is_resumed:
            self.certificate = self._session.certificate
        else:
            self.certificate = self._tls.certificate()
        return self.certificate

    def in_full(self) -> "Meeting":
        """Return the next handshake with the same peer, which takes up no session."""
        return Meeting(self._peer, self._sessions)

    def went_well(self) -> None:
        """Keep the session of a full handshake for the next look."""
        if self._sessions and self._tls and not self._tls.is_resumed:
            self._sessions.keep(self._peer, self._tls, self.certificate)

    def went_wrong(self) -> bool:
        """Forget the session; return whether the handshake may have failed because of it."""
        if self._sessions:
            self._sessions.drop(self._peer)
        return bool(self._session) and not (self._tls and self._tls.is_secured)

    def __str__(self) -> str:
        version = self._tls.version if self._tls else "TLS"
        how = " taken up again" if self._tls and self._tls.is_resumed else ""
        return f"{version}{how}, {self.certificate or 'no certificate shown'}"
