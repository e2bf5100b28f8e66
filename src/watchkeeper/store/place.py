"""Place: where the database is, and where small files beside it go."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit


def locate(given: str, configured: str, config: Path, environ: Mapping[str, str]) -> str:
    """Return the URL or path of the database, by the first place that names one.

    These are: *given* on the command line, `WATCHKEEPER_STORE`, *configured* in the file,
    and the state directory of the service manager or of the user.
    """
    named = given or environ.get("WATCHKEEPER_STORE", "") or configured
    return named or str(_state(config, environ))


def beside(url: str, config: Path, environ: Mapping[str, str]) -> Path:
    """Return the path, without its ending, for small files that belong to the database."""
    return _state(config, environ) if is_postgres(url) else sqlite_path(url)


def is_postgres(url: str) -> bool:
    """Return whether *url* names a PostgreSQL database."""
    return url.startswith(("postgresql://", "postgres://"))


def sqlite_path(url: str) -> Path:
    """Return the file that *url* names: `sqlite:///abs`, `sqlite:rel`, or a bare path."""
    if url.startswith("sqlite:///"):
        return Path("/" + url.removeprefix("sqlite:").lstrip("/"))
    return Path(url.removeprefix("sqlite:"))


def shown(url: str) -> str:
    """Return *url* as it may be printed: its password is not."""
    parts = urlsplit(url) if is_postgres(url) else None
    if parts is None or parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:***@{host}").geturl()


def _state(config: Path, environ: Mapping[str, str]) -> Path:
    directory = environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if directory:
        return Path(directory) / "watchkeeper.db"
    home = environ.get("XDG_STATE_HOME") or Path(environ.get("HOME", ".")) / ".local" / "state"
    return Path(home) / "watchkeeper" / f"{config.stem}.db"
