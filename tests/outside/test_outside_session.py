import ssl

from tests.outside.world import FakeClock
from watchkeeper.outside import session
from watchkeeper.outside.session import Sessions
from watchkeeper.outside.tls import Tls


def test_no_more_places_are_remembered_than_a_thousand() -> None:
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    sessions = Sessions(FakeClock())
    for port in range(session.MOST_KEPT + 10):
        place = (settings, "a.example", "a.example", port)
        sessions.keep(place, Tls(settings, "a.example"), None)
    assert sessions.places == session.MOST_KEPT
