"""A mail server that answers as it is told, and remembers what it was sent."""

import asyncio

FINAL = b"250 2.0.0 queued"


class FaultyMail:
    """A server that answers as it should, but for the *replies* that are given.

    None cuts the connection instead of the reply.
    """

    def __init__(self, **replies: bytes | None) -> None:
        self._replies = replies
        self.commands: list[str] = []
        self.content = b""
        self.has_ended = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._converse(reader, writer)
        self.has_ended.set()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._reply(writer, "greeting", b"220 hello"):
            return
        while line := await reader.readline():
            verb = line.split()[0].decode().upper()
            self.commands.append(verb)
            usual = {"EHLO": b"250 hello", "DATA": b"354 go on", "QUIT": b"221 bye"}
            if not self._reply(writer, verb.lower(), usual.get(verb, b"250 fine")):
                return
            if verb == "DATA" and "data" not in self._replies:
                self.content = await reader.readuntil(b"\r\n.\r\n")
                if not self._reply(writer, "final", FINAL):
                    return

    def _reply(self, writer: asyncio.StreamWriter, what: str, usual: bytes) -> bool:
        reply = self._replies.get(what, usual)
        if reply is not None:
            writer.write(reply + b"\r\n")
        return reply is not None
