import ssl

from tests.outside.world import FakeClock
from watchkeeper.outside import session
from watchkeeper.outside.session import Peer, Sessions
from watchkeeper.outside.tls import Tls


def test_no_more_peers_are_remembered_than_a_thousand() -> None:
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    sessions = Sessions(FakeClock())
    for port in range(session.MOST_KEPT + 10):
        peer = Peer(settings, "a.example", "a.example", port)
        sessions.keep(peer, Tls(settings, "a.example"), None)
    assert sessions.peers == session.MOST_KEPT
