import sys
from dataclasses import replace

import pytest

from tests.house import plan
from watchkeeper.app.kinds import unavailable
from watchkeeper.core.plan import Channel, Target

XMPP = replace(
    plan(),
    channels=(Channel(key="chat", kind="xmpp", digest="", targets={"": Target(settings=0)}),),
)


def test_a_channel_whose_package_is_missing_is_named_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "slixmpp", None)
    (line,) = unavailable(XMPP)
    assert line == (
        "channel chat is configured but not available, and tells nobody: the package slixmpp is "
        "missing; install watchkeeper[xmpp]"
    )


def test_a_channel_whose_package_is_there_is_not_named_nor_one_that_needs_none() -> None:
    assert unavailable(XMPP) == []
    assert unavailable(plan()) == []
