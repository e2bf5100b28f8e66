"""Secret: a text that does not print itself."""

import hashlib
import hmac


class Secret:
    """A password, token or key; only `reveal` gives it away."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself, for the one place that must send or compare it."""
        return self._text

    def matches(self, given: str) -> bool:
        """Return whether *given* is the secret, in a time that tells nothing of it."""
        return hmac.compare_digest(self._text.encode(), given.encode())

    def digest(self) -> str:
        """Return the SHA-256 of the text, which may be kept where the text may not."""
        return hashlib.sha256(self._text.encode()).hexdigest()

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(
            self._text.encode(), other._text.encode()
        )

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"
