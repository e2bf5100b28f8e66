"""Echo: the bytes of a ping, there and back, read safely whatever they are."""

import socket
import struct
import sys
from dataclasses import dataclass

NONCE_BYTES = 16
_HEADER = struct.Struct("!BBHHH")
_COMPLAINT = struct.Struct("=IBBBBII")
_ORIGINS = {2, 3}
_IPV4_HEADER_BYTES, _ICMP = 20, 1


@dataclass(frozen=True, slots=True)
class Version:
    """How pings are sent and answered in one family of addresses."""

    family: socket.AddressFamily
    protocol: int
    request: int
    reply: int


V4 = Version(socket.AF_INET, socket.IPPROTO_ICMP, 8, 0)
V6 = Version(socket.AF_INET6, socket.IPPROTO_ICMPV6, 128, 129)


@dataclass(frozen=True, slots=True)
class Echo:
    """What one ping says. *nonce* is shorter where somebody quotes only its beginning."""

    ident: int
    sequence: int
    nonce: bytes


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the system heard about a ping that cannot arrive, from *offender* on the way."""

    error: int
    offender: str


def packed(address: str) -> bytes:
    """Return the bytes of *address*; its zone does not count."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.inet_pton(family, address.partition("%")[0])


def request(version: Version, echo: Echo) -> bytes:
    """Return the packet that asks for *echo*."""
    bare = _HEADER.pack(version.request, 0, 0, echo.ident, echo.sequence) + echo.nonce
    checksum = _checksum(bare)
    return _HEADER.pack(version.request, 0, checksum, echo.ident, echo.sequence) + echo.nonce


def read(kind: int, packet: bytes) -> Echo | None:
    """Return the echo in *packet*, None where it is no message of *kind*."""
    if len(packet) < _HEADER.size:
        return None
    found, code, _, ident, sequence = _HEADER.unpack_from(packet)
    if found != kind or code != 0:
        return None
    return Echo(ident, sequence, packet[_HEADER.size : _HEADER.size + NONCE_BYTES])


def without_ip_header(packet: bytes) -> bytes:
    """Return what an IPv4 *packet* carries, b'' where that is not ICMP."""
    if len(packet) < _IPV4_HEADER_BYTES or packet[0] >> 4 != 4 or packet[9] != _ICMP:  # noqa: PLR2004
        return b""
    length = (packet[0] & 15) * 4
    return packet[length:] if length >= _IPV4_HEADER_BYTES else b""


def complaint(data: bytes) -> Complaint | None:
    """Return what the system noted in *data* beside a failed packet (`sock_extended_err`)."""
    if len(data) < _COMPLAINT.size:
        return None
    error, origin, *_ = _COMPLAINT.unpack_from(data)
    if origin not in _ORIGINS:
        return None
    return Complaint(error, _offender(data[_COMPLAINT.size :]))


def _offender(address: bytes) -> str:
    """Return who is named in *address* (`sockaddr`), '' where it is nobody."""
    family = int.from_bytes(address[:2], sys.byteorder)
    if family == socket.AF_INET and len(address) >= 8:  # noqa: PLR2004
        return socket.inet_ntop(socket.AF_INET, address[4:8])
    if family == socket.AF_INET6 and len(address) >= 24:  # noqa: PLR2004
        return socket.inet_ntop(socket.AF_INET6, address[8:24])
    return ""


def _checksum(data: bytes) -> int:
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
