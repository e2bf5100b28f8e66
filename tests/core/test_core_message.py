from tests.core.core_samples import API, DEAD, MAIL, WALL
from watchkeeper.core.message import AlertNews, Message, MessageKind, Recovered
from watchkeeper.core.name import ReplicaName


def back(replica: ReplicaName) -> Recovered:
    return Recovered(
        replica=replica, dead_at=WALL, back_at=WALL + 1_000, seconds=1, told=True, why="recovered"
    )


def test_who_came_back_is_named_alert_by_alert_then_without_one() -> None:
    alert = AlertNews(
        id="a", subject="page", since_at=WALL, dead=(), recovered=(back(MAIL),), is_closed=True
    )
    message = Message(
        id="m",
        kind=MessageKind.CHANGED,
        status=DEAD,
        at=WALL,
        page_title="Status",
        page_url="https://status.example.com/",
        alerts=(alert,),
        reasons={},
        resumed=(back(API),),
    )
    assert [one.replica for one in message.recovered] == [MAIL, API]


def test_the_kinds_are_the_ancestors_words() -> None:
    assert sorted(MessageKind) == ["changed", "reminder", "startup"]
