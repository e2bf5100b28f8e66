"""Partition (B15): one of two processes is cut off from the database, and comes back."""

import asyncio
import ctypes
import subprocess

from rig.history import Act, Deed
from rig.moment import now
from rig.order import Order
from rig.postgres import running
from rig.runs.kill import restless, settled
from rig.stage import Play, staged
from rig.summary import Result, judged

CYCLES = 10
_NEW_NETWORK = 0x4000_0000
_OTHER_ROAD = "127.0.0.2"
_CUT = (
    "add table inet cut",
    "add chain inet cut to { type filter hook input priority 0; }",
    f"add rule inet cut to ip daddr {_OTHER_ROAD} drop",
    f"add rule inet cut to ip saddr {_OTHER_ROAD} drop",
)
_HEAL = ("delete table inet cut",)
_AWAY_S = (5.0, 25.0)  # after 30 s without a database a process speaks by itself
_BETWEEN_S = (5.0, 12.0)


async def partition(order: Order) -> Result:
    """Cut the second process off as often as *order* says: packets are dropped, not reset."""
    _enter_a_network_of_our_own()
    with running(order.folder / "postgres") as server:
        play = Play(folder=order.folder, store=server.url, seed=order.seed, processes=2)
        async with staged(play) as stage:
            far = stage.programs[1]
            far.store = server.url.replace("127.0.0.1", _OTHER_ROAD)
            for program in stage.programs:
                await program.serve()
            async with restless(stage):
                for _ in range(order.cycles):
                    await asyncio.sleep(stage.dice.uniform(*_BETWEEN_S))
                    stage.history.note(Deed(now(), Act.CRASH, far.name, "cut off"))
                    _filter(*_CUT)
                    await asyncio.sleep(stage.dice.uniform(*_AWAY_S))
                    _filter(*_HEAL)
                    stage.history.note(Deed(now(), Act.RECOVER, far.name, "connected"))
            return judged(await settled(stage))


def _enter_a_network_of_our_own() -> None:
    """Leave the machine's network for one that has only a loopback; so do all children."""
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "a network of our own: run this as root")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def _filter(*rules: str) -> None:
    subprocess.run(["nft", "-f", "-"], input="\n".join(rules), text=True, check=True)
