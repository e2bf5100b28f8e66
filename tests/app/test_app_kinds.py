import sys
from dataclasses import replace

import pytest

from tests.house import plan
from watchkeeper.app.kinds import aims, rooms, unavailable, untrusted
from watchkeeper.core.plan import Channel, Mode, Node, Service, Target
from watchkeeper.core.secret import Secret
from watchkeeper.probes.http import Options

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


def test_a_file_of_authorities_that_cannot_be_read_is_named_once() -> None:
    options = {"https": Options(https_ca_file="/nowhere/ca.pem")}
    names = ("https://10.0.0.1/", "https://10.0.0.2/")
    node = Node(key="api", label="API", mode=Mode.POLL, replicas=names, options=options)
    trusting = replace(node, key="other", options={"https": Options()})
    nodes = (node, replace(node, key="more"), trusting)
    (line,) = untrusted(replace(plan(), services=(Service(key="web", label="", nodes=nodes),)))
    assert line.startswith("cannot read trusted certificates from /nowhere/ca.pem: ")
    assert line.endswith("; what is looked at with it stays blind, until it can be read")


def test_a_target_is_looked_at_by_its_whole_url_and_named_without_its_password() -> None:
    name, url = "http://user:***@10.0.0.1/", "http://user:canary@10.0.0.1/"
    node = Node(key="api", label="API", mode=Mode.POLL, replicas=(name,), whole={name: Secret(url)})
    looked_at = aims(replace(plan(), services=(Service(key="web", label="Web", nodes=(node,)),)))
    assert {str(who): one.address for who, one in looked_at.items()} == {f"web:api:{name}": url}


def test_as_many_scripts_run_at_once_as_the_file_says_and_none_of_them_makes_way() -> None:
    polled = Node(key="api", label="", mode=Mode.POLL, replicas=("tcp://10.0.0.1:1",))
    script = Node(key="job", label="", mode=Mode.SCRIPT, replicas=("0",), scripts=("exit 0",))
    looked_at = aims(
        replace(plan(), services=(Service(key="web", label="", nodes=(polled, script)),))
    )
    given = rooms(looked_at.values(), 3, 1_024)
    assert (given["script"].most, given["script"].makes_way) == (3, False)
    assert given["tcp"].most > 3
    assert given["tcp"].makes_way
