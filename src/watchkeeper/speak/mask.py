"""Mask: what is said of a try shows no secret of its channel, whoever put it there."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from urllib.parse import urlsplit

from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url

_LEAST_SECRET = 4


def masked(words: str, settings: object) -> str:
    """Return *words* without the secrets of a channel's *settings*."""
    for secret in sorted(_secrets(settings), key=len, reverse=True):
        if len(secret) >= _LEAST_SECRET:
            words = words.replace(secret, "***")
    return words


def _secrets(settings: object) -> Iterator[str]:
    """Yield what of *settings* nobody may see: secrets, and all of a secret URL but its host."""
    for field in fields(settings) if is_dataclass(settings) else ():
        given = getattr(settings, field.name)
        for value in given if isinstance(given, tuple) else (given,):
            if isinstance(value, Secret):
                yield value.reveal()
            elif isinstance(value, Url):
                yield from _secret_parts(value, whole=field.metadata.get("secret", False))


def _secret_parts(url: Url, *, whole: bool) -> Iterator[str]:
    parts = urlsplit(url.text)
    yield from filter(None, (parts.username, parts.password))
    if whole:
        yield from (parts.path.strip("/"), parts.query)
