"""Quoting what strangers sent: short, one line, and harmless to a terminal."""

MOST_CHARACTERS = 500


def quote(data: bytes, most: int = 80) -> str:
    """Return the beginning of *data* in quotes, *most* characters at most, escaped."""
    text = cleaned(data[: most * 4].decode("utf-8", errors="replace"), most)
    return repr(text) + ("…" if len(data) > most else "")


def cleaned(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return *text* with control characters turned to spaces, *most* characters at most."""
    return "".join(c if c.isprintable() else " " for c in text[:most])
