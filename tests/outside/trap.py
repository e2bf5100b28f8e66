"""Runs in a network namespace where every address is this machine's: who connects is counted.

Prints, as JSON, the connections by address that every way out made to forbidden addresses.
"""

import asyncio
import json
import socket
import sys
from collections import Counter
from contextlib import suppress

import uvloop

from tests.notifiers.notifier_samples import message
from tests.outside.test_outside_addresses import LINK_LOCAL, METADATA, MULTICAST, NOBODY
from tests.outside.world import Names, http_answer, read_request
from watchkeeper.core.delivery import DeliveryError
from watchkeeper.core.queue import Broker
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url
from watchkeeper.notifiers import email, xmpp
from watchkeeper.outside.addresses import STRICT, Allowance
from watchkeeper.outside.failure import Failure
from watchkeeper.outside.outside import Outside, real
from watchkeeper.probes import http, ssh, tcp
from watchkeeper.watch.rabbitmq import count

FORBIDDEN = [
    address for address in (*METADATA, *LINK_LOCAL, *MULTICAST, *NOBODY) if "%" not in address
]
FOLLOWING = http.Options(http_follow_redirects=True)
PUBLIC = "1.1.1.1"
WHO = "who@example.com"
LISTED = "169.254.7.7"


class Trap:
    """A listener on every address; what it answers is a redirect to *location*, if any."""

    def __init__(self) -> None:
        self.reached: Counter[str] = Counter()
        self.location = ""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reached[writer.get_extra_info("sockname")[0].removeprefix("::ffff:")] += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await read_request(reader)
            answer = http_answer(302, location=self.location) if self.location else http_answer()
            writer.write(answer)
        writer.close()


async def every_way_out(address: str, port: int, outside: Outside) -> None:
    host = f"[{address}]" if ":" in address else address
    for place in (f"{host}:{port}", f"a.example:{port}"):
        await tcp.look(f"tcp://{place}", tcp.Options(), 1_000, outside)
        await ssh.look(f"ssh://{place}", ssh.Options(), 1_000, outside)
        await http.look(f"http://{place}/", http.Options(), 1_000, outside)
        await http.look(f"https://{place}/", http.Options(), 1_000, outside)
        with suppress(DeliveryError):
            await outside.http.send_json(Url.parse(f"http://{place}/"), json={})
        with suppress(Failure):
            await count(broker(Url.parse(f"http://{place}/")), "queue", outside)
    for name in (address, "a.example"):
        for send in (mail, chat):
            with suppress(DeliveryError, TimeoutError):
                async with asyncio.timeout(0.3):
                    await send(name, port, outside)


def broker(api: Url) -> Broker:
    return Broker(
        api=api,
        user="u",
        password=Secret("p"),
        vhost="/",
        interval_ms=1_000,
        timeout_ms=1_000,
    )


async def mail(host: str, port: int, outside: Outside) -> None:
    how = email.Settings(to=WHO, from_=WHO, smtp_host=host, smtp_port=port)
    await email.send(message(), how, outside)


async def chat(host: str, port: int, outside: Outside) -> None:
    password = Secret("p")
    how = xmpp.Settings(to=WHO, from_=WHO, xmpp_password=password, xmpp_host=host, xmpp_port=port)
    await xmpp.send(message(), how, outside)


async def redirected(trap: Trap, address: str, port: int, allowance: Allowance = STRICT) -> str:
    host = f"[{address}]" if ":" in address else address
    trap.location = f"http://{host}:{port}/"
    report = await http.look(
        f"http://{PUBLIC}:{port}/", FOLLOWING, 1_000, real(allowance=allowance)
    )
    trap.location = ""
    return report.reason.code


async def main() -> None:
    trap = Trap()
    everywhere = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    port = everywhere.getsockname()[1]
    server = await asyncio.start_server(trap, sock=everywhere)
    reasons = set()
    for address in FORBIDDEN:
        await every_way_out(address, port, real(resolver=Names(a_example=address)))
        reasons.add(await redirected(trap, address, port))
    for address in ("10.0.0.1", "127.0.0.1"):
        reasons.add(await redirected(trap, address, port))
    listing = Allowance.of([LISTED])
    reasons.add(await redirected(trap, LISTED, port, listing))
    forbidden = {a: n for a, n in trap.reached.items() if a != PUBLIC}
    await every_way_out("10.0.0.1", port, real(resolver=Names(a_example="10.0.0.1")))
    for address in (LISTED, "169.254.7.8"):
        outside = real(resolver=Names(a_example=address), allowance=listing)
        await every_way_out(address, port, outside)
    json.dump(
        {
            "forbidden": forbidden,
            "tried": len(FORBIDDEN),
            "redirects": trap.reached[PUBLIC],
            "reasons": sorted(reasons),
            "control": trap.reached["10.0.0.1"],
            "listed": trap.reached[LISTED],
            "beside it": trap.reached["169.254.7.8"],
        },
        sys.stdout,
    )
    server.close()


if __name__ == "__main__":
    uvloop.run(main())
