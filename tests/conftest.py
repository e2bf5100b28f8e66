"""The real databases that tests stand on: files, and a PostgreSQL of our own."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from tests import rabbitmq
from tests.cluster import Cluster, running_server
from tests.rabbitmq import RabbitMq
from watchkeeper.store.cursor import Store
from watchkeeper.store.opening import open_to_serve

OpenStore = Callable[[], AbstractAsyncContextManager[Store]]
_LONG = ("rig", "timeout")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, so that nobody waits for one at the end; share what is costly."""
    items.sort(key=lambda item: not any(map(item.get_closest_marker, _LONG)))
    for item in items:
        if "rabbit" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("rabbitmq"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A server for all tests; each takes a database of its own in it."""
    with running_server() as server:
        yield Cluster(server)


@pytest.fixture(scope="session")
def rabbit() -> Iterator[RabbitMq]:
    """A RabbitMQ for all tests; each uses queues of its own."""
    with rabbitmq.serving() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once on each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "store.db")
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.database()


@pytest.fixture
def open_store(store_url: str) -> OpenStore:
    """Open the same database anew, as another process or a later start would."""
    return partial(_opened, store_url)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Store]:
    store = await open_to_serve(url)
    try:
        yield store
    finally:
        await store.close()
