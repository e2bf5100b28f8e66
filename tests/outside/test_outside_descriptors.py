import resource
from collections.abc import Iterator

import pytest

from watchkeeper.outside import descriptors


@pytest.fixture(autouse=True)
def _limits() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_we_may_open_as_many_as_the_administrator_allows() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    assert descriptors.allowed() == 256
    descriptors.raise_limit()
    assert descriptors.allowed() == min(hard, 65_536)


def test_a_higher_limit_is_left_as_it_is() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    descriptors.raise_limit()
    descriptors.raise_limit()
    assert descriptors.allowed() >= min(before[0], 65_536)
