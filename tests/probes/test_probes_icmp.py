"""E10, and B7 for pings: real sockets in network namespaces of their own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loop import in_loop
from watchkeeper.core.status import Status
from watchkeeper.outside import echo
from watchkeeper.outside.echo import V4, V6, Echo, Version
from watchkeeper.outside.outside import real
from watchkeeper.probes import icmp

ROOT = Path(__file__).parents[2]
UP = "ip link set lo up"
ALLOWED = f"{UP} && echo 0 0 >/proc/sys/net/ipv4/ping_group_range"
DEAF = "echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all"
NO_RIGHTS = "exec setpriv --bounding-set=-all"
NOWHERE = "ip route add 192.0.2.0/24 dev lo; ip route add 198.18.0.0/15 dev lo"
ROUTER = f"""{UP}
ip link add here type veth peer name there
unshare -n sleep 60 >/dev/null 2>&1 &
sleep 0.2
ip link set there netns $!
nsenter -t $! -n sh -c '
    echo 1 >/proc/sys/net/ipv4/ip_forward
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
    ip link set there up
    ip addr add 10.0.0.2/24 dev there
    ip addr add fd00::2/64 dev there nodad
    ip route add prohibit 203.0.113.0/24'
ip link set here up
ip addr add 10.0.0.1/24 dev here
ip addr add fd00::1/64 dev here nodad
ip route add default via 10.0.0.2
ip route add default via fd00::2"""

pytestmark = pytest.mark.skipif(not shutil.which("unshare"), reason="needs network namespaces")
Found = list[list[str]]


def inside(network: str, *what: str, run: str = "exec") -> Any:
    """Return what a program in a namespace of its own found, where *network* was set up."""
    done = subprocess.run(
        [
            *("unshare", "-Urn", "--kill-child", "sh", "-ec"),
            f'{network}\n{run} "$0" -m tests.probes.echoes "$@"',
            *(sys.executable, *what),
        ],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    if not done.stdout and b"unshare: " in done.stderr:
        pytest.skip(f"no network namespace here: {done.stderr.decode()}")
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


# Both kinds of socket, both families


@pytest.mark.parametrize("network", [UP, ALLOWED], ids=["raw", "unprivileged"])
def test_a_host_that_answers_is_healthy_in_both_families(network: str) -> None:
    found: Found = inside(
        network, *("look", "icmp://127.0.0.1", "icmp://[::1]", "icmp://both.example")
    )
    assert [report[:2] for report in found] == [["healthy", ""]] * 3
    assert "127.0.0.5 after " in found[2][2]
    assert "::1 after " in found[2][2]


@pytest.mark.parametrize("network", [UP, ALLOWED], ids=["raw", "unprivileged"])
def test_a_thousand_hosts_answer_through_one_socket_and_none_is_lost(network: str) -> None:
    assert inside(network, "many", "127.1", "1000") == {"healthy": 1000}


@pytest.mark.parametrize("network", [UP, ALLOWED], ids=["raw", "unprivileged"])
def test_none_is_lost_where_the_process_stood_still_either(network: str) -> None:
    assert inside(network, "stalling", "127.1", "1000") == {"healthy": 1000}


@pytest.mark.parametrize("network", [UP, ALLOWED], ids=["raw", "unprivileged"])
def test_only_the_host_itself_answers_for_itself(network: str) -> None:
    told = inside(f"{network}; {DEAF}", "liars")
    assert told["found"] == {
        "from_a_stranger": "timeout",
        "with_another_nonce": "timeout",
        "with_another_sequence": "timeout",
        "with_another_ident": "timeout",
        "truncated": "timeout",
        "with_a_complaint_about_another_nonce": "timeout",
        "with_a_complaint_about_another_ident": "timeout",
        "with_a_complaint": "unreachable",
        "flooding": "healthy",
        "honest": "healthy",
    }
    assert told["heard"] == len(told["found"])


def test_without_the_right_it_is_blind_and_says_the_way_out() -> None:
    found: Found = inside(UP, "look", "icmp://127.0.0.1", "icmp://[::1]", run=NO_RIGHTS)
    for status, code, evidence in found:
        assert (status, code) == ("blind", "local")
        assert "net.ipv4.ping_group_range" in evidence
        assert "CAP_NET_RAW" in evidence


# Hosts that cannot be reached


@pytest.mark.parametrize("network", ["", ALLOWED], ids=["raw", "unprivileged"])
def test_a_host_that_a_router_cannot_reach_is_dead_and_the_router_is_named(network: str) -> None:
    targets = ("icmp://198.51.100.1", "icmp://203.0.113.1", "icmp://[2001:db8::1]")
    found: Found = inside(f"{network}\n{ROUTER}", "look", *targets, "icmp://10.0.0.2")
    assert [report[:2] for report in found] == [["dead", "unreachable"]] * 3 + [["healthy", ""]]
    assert "198.51.100.1 cannot be reached, says 10.0.0.2: " in found[0][2]
    assert "says fd00::2" in found[2][2]


def test_five_hundred_silent_hosts_are_dead_and_none_is_blind_for_want_of_room() -> None:
    assert inside(f"{UP}; {NOWHERE}", "many", "198.18", "500") == {"dead": 500}


def test_without_a_route_it_is_blind() -> None:
    found: Found = inside(UP, "look", "icmp://198.51.100.1", "icmp://[2001:db8::1]")
    assert [report[:2] for report in found] == [["blind", "local"]] * 2


def test_an_address_without_a_route_is_left_out_as_long_as_another_answers() -> None:
    [[status, _, evidence]] = inside(UP, "look", "icmp://mixed.example")
    assert status == "healthy"
    assert "left out: 2001:db8::1 has no route from here" in evidence


def test_every_address_of_a_name_must_answer() -> None:
    [[status, code, evidence]] = inside(f"{UP}; {NOWHERE}", "look", "icmp://mixed.example")
    assert (status, code) == ("dead", "timeout")
    assert "192.0.2.1 did not answer a ping within 1 s" in evidence


@in_loop
async def test_a_forbidden_address_is_blind_and_never_pinged() -> None:
    outside = real()
    report = await icmp.look("icmp://169.254.169.254", icmp.Options(), 1_000, outside)
    assert (report.status, report.reason.code) == (Status.BLIND, "policy")
    await outside.close()


# The bytes


@pytest.mark.parametrize("version", [V4, V6])
@given(ident=st.integers(0, 0xFFFF), sequence=st.integers(0, 0xFFFF), nonce=st.binary(max_size=16))
def test_an_echo_is_read_as_it_was_written(
    version: Version, ident: int, sequence: int, nonce: bytes
) -> None:
    written = Echo(ident, sequence, nonce)
    assert echo.read(version.request, echo.request(version, written)) == written


@given(nonce=st.binary(min_size=16, max_size=16))
def test_the_checksum_makes_the_sum_of_a_packet_all_ones(nonce: bytes) -> None:
    packet = echo.request(V4, Echo(1, 2, nonce))
    total = sum(int.from_bytes(packet[at : at + 2], "big") for at in range(0, len(packet), 2))
    assert total % 0xFFFF == 0


@given(data=st.binary(max_size=400))
def test_whatever_arrives_is_an_echo_or_nothing(data: bytes) -> None:
    for packet in (data, echo.without_ip_header(data)):
        for kind in (V4.reply, V6.reply, V4.request, V6.request):
            found = echo.read(kind, packet)
            assert found is None or len(found.nonce) <= echo.NONCE_BYTES


@given(data=st.binary(max_size=64), family=st.sampled_from([2, 10, 0]))
def test_whatever_the_system_notes_is_a_complaint_or_nothing(data: bytes, family: int) -> None:
    echo.complaint(data)
    head = b"\x71\0\0\0\x02\x03\x01\0" + bytes(8) + family.to_bytes(2, sys.byteorder)
    found = echo.complaint(head + data)
    assert found is not None
    assert found.error == 0x71 or sys.byteorder == "big"
