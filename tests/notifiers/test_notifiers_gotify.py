import pytest

from tests.loop import in_loop
from tests.notifiers.notifier_samples import (
    API,
    MAIL,
    message,
    outage,
)
from tests.outside.world import Answers, http_answer, serving
from watchkeeper.core.message import MessageKind
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url
from watchkeeper.notifiers import gotify
from watchkeeper.outside.outside import real


def test_12_8_the_message_has_a_line_for_each_of_the_dead() -> None:
    told = outage(API, MAIL, reasons={str(API): "refused"}, kind=MessageKind.STARTUP)
    assert gotify.text(told).split("\n") == [
        "This is a startup alert.",
        "",
        "Status: DEAD",
        "Nodes:",
        str(API),
        str(MAIL),
        "Time: 23:58:28 UTC+00:00",
        f"refused: {API}",
    ]


@pytest.mark.parametrize("path", ["", "gotify", "gotify/"])
@in_loop
async def test_a_server_below_a_path_needs_no_slash_at_its_end(path: str) -> None:
    receiver = Answers(http_answer())
    async with serving(receiver) as port:
        app_url = Url.parse(f"http://127.0.0.1:{port}/{path}")
        given = gotify.Settings(app_url=app_url, app_token=Secret("a&b"))
        await gotify.send(message(is_urgent=True), given, real())
    place = f"/{path.rstrip('/')}/" if path else "/"
    assert receiver.paths == [f"{place}message?token=a%26b"]
    assert receiver.requests[0].endswith(b"&priority=10")
