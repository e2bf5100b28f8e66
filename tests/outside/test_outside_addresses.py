import pytest

from watchkeeper.outside.addresses import STRICT, Allowance, Reach, is_private

METADATA = [
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "::169.254.169.254",
    "::ffff:0:169.254.169.254",
    "64:ff9b::169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::169.254.169.254",
    "64:ff9b:1:a9fe:00a9:fe00::",
    "64:ff9b::100.100.100.200",
    "64:ff9b::168.63.129.16",
    "64:ff9b::192.0.0.192",
    "::ffff:192.0.0.192",
    "2002:a9fe:a9fe::1",
    "2001:0:a9fe:a9fe:0:0:fefe:fefe",
    "2001:0:4136:e378:8000:63bf:5601:5601",
    "fe80::5efe:169.254.169.254",
    "2001:db8::200:5efe:a9fe:a9fe",
]
LINK_LOCAL = [
    "169.254.0.1",
    "169.254.255.255",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "::ffff:169.254.1.1",
    "64:ff9b::169.254.1.1",
    "2002:a9fe:101::",
]
MULTICAST = ["224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1", "::ffff:224.0.0.1"]
NOBODY = ["0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0", "255.255.255.255", "::ffff:255.255.255.255"]
PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "127.0.0.1",
    "127.1.2.3",
    "100.64.0.1",
    "198.18.0.1",
    "240.0.0.1",
    "::1",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "2002:7f00:1::",
    "2001:0:7f00:1:0:0:fefe:fefe",
]
PUBLIC = [
    "1.1.1.1",
    "172.32.0.1",
    "100.128.0.1",
    "169.253.255.255",
    "169.255.0.1",
    "223.255.255.255",
    "2606:4700::1",
    "::ffff:1.1.1.1",
    "64:ff9b::1.1.1.1",
    "2002:101:101::1",
]


@pytest.mark.parametrize("address", [*METADATA, *LINK_LOCAL, *MULTICAST, *NOBODY])
@pytest.mark.parametrize("reach", Reach)
def test_what_no_target_has_is_never_connected_to(address: str, reach: Reach) -> None:
    assert STRICT.objection(address, reach)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_networks_are_for_those_whom_the_file_sends_there(address: str) -> None:
    assert STRICT.objection(address) == ""
    assert STRICT.objection(address, Reach.PUBLIC) == "private"
    assert is_private(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_network_is_for_everybody(address: str) -> None:
    assert STRICT.objection(address) == ""
    assert STRICT.objection(address, Reach.PUBLIC) == ""
    assert not is_private(address)


def test_an_objection_says_why() -> None:
    assert STRICT.objection("169.254.169.254") == "cloud metadata"
    assert STRICT.objection("fe80::1%eth0") == "link-local"


def test_the_operator_may_allow_what_is_forbidden_and_no_more() -> None:
    allowance = Allowance.of(["169.254.7.0/24", "fd00:ec2::254"])
    assert allowance.objection("169.254.7.1") == ""
    assert allowance.objection("fd00:ec2::254") == ""
    assert allowance.objection("169.254.169.254") == "cloud metadata"


def test_what_the_operator_allows_is_not_for_strangers_to_lead_us_to() -> None:
    allowance = Allowance.of(["169.254.7.0/24", "10.0.0.0/8"])
    assert allowance.objection("169.254.7.1", Reach.PUBLIC) == "link-local"
    assert allowance.objection("10.0.0.1", Reach.PUBLIC) == "private"


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="300"):
        Allowance.of(["300.0.0.0/8"])
