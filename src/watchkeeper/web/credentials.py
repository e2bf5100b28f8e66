"""Credentials: Basic authentication by one token, as the ancestors understand it."""

import base64
import binascii
from collections.abc import Callable
from http import HTTPStatus

from watchkeeper.core.secret import Secret
from watchkeeper.web.answer import Answer

_CHALLENGE = (("www-authenticate", 'Basic realm="Reporter Token"'),)
MISSING = Answer(HTTPStatus.UNAUTHORIZED, _CHALLENGE)
WRONG = Answer(HTTPStatus.FORBIDDEN, _CHALLENGE)

_SCHEME = b"Basic "
_MOST_KEPT = 256
_LONGEST_KEPT = 512


class Credentials:
    """Judges `Authorization` fields against the *token* of now. An empty one lets nobody in."""

    def __init__(self, token: Callable[[], Secret]) -> None:
        self._newest = token
        self._token = token()
        self._kept: dict[bytes, Answer | None] = {}

    def refusal(self, authorization: bytes) -> Answer | None:
        """Return the answer to a request with this field that may not go on, else None."""
        self._renew()
        try:
            return self._kept[authorization]
        except KeyError:
            verdict = self._judge(authorization)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        if len(authorization) <= _LONGEST_KEPT:
            self._kept[authorization] = verdict
        return verdict

    def _renew(self) -> None:
        """Forget every verdict once the token is another."""
        token = self._newest()
        if token is not self._token:
            self._token = token
            self._kept.clear()

    def _judge(self, authorization: bytes) -> Answer | None:
        password = _password(authorization)
        if password is None:
            return MISSING
        return None if self._token and self._token.matches(password) else WRONG


def _password(authorization: bytes) -> str | None:
    if not authorization.startswith(_SCHEME):
        return None
    try:
        pair = base64.b64decode(authorization[len(_SCHEME) :], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    _, colon, password = pair.partition(":")
    return password if colon else None
