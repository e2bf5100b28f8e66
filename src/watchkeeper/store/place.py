"""Place: where the database is, and where small files beside it go."""

import re
from collections.abc import Mapping
from pathlib import Path

from watchkeeper.store.errors import StoreUnusable

_POSTGRES = re.compile(
    r"""(?P<scheme>postgres(?:ql)?://)
        (?:(?P<user>[^:@/?#]*) (?P<password>:[^@/]*)? @)?
        (?P<hosts>(?:[\w.%-]+|\[[\w:.%]+\])? (?::\d*)?
            (?:,(?:[\w.%-]+|\[[\w:.%]+\])? (?::\d*)?)*)
        (?P<path>/[\w.%~$+-]*)?
        (?:\?[^@]*)?""",
    re.VERBOSE,
)
_CONNINFO = re.compile(r"(?:^|\s)(?:host|hostaddr|port|dbname|user|password|service)\s*=")
_WAYS = "give postgresql://USER@HOST/DATABASE, sqlite:///FILE, or the path of a file"


def locate(given: str, configured: str, config: Path, environ: Mapping[str, str]) -> str:
    """Return the URL or path of the database, by the first place that names one.

    These are: *given* on the command line, `WATCHKEEPER_STORE`, *configured* in the file,
    and the state directory of the service manager or of the user. Raise StoreUnusable for
    what is none of these, without a word of it: it may hold a password.
    """
    named = given or environ.get("WATCHKEEPER_STORE", "") or configured
    if named:
        _check(named)
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
    """Return *url* as it may be printed: of PostgreSQL only user, host, port and database."""
    if not is_postgres(url):
        return url
    parts = _POSTGRES.fullmatch(url)
    if parts is None:
        return "postgresql://***"
    user = parts["user"] + (":***" if parts["password"] else "") + "@" if parts["user"] else ""
    return f"{parts['scheme']}{user}{parts['hosts']}{parts['path'] or ''}"


def _check(named: str) -> None:
    if _CONNINFO.search(named):
        raise StoreUnusable(f"the store is written as KEY=VALUE words: {_WAYS}")
    if is_postgres(named) and not _POSTGRES.fullmatch(named):
        raise StoreUnusable(
            "the URL of the store cannot be read: write @ as %40, / as %2F and : as %3A"
            " within a user, a password or a parameter"
        )
    if not is_postgres(named) and not sqlite_path(named).name:
        raise StoreUnusable(f"the store names no file: {_WAYS}")
    if "://" in named and not named.startswith("sqlite:///") and not is_postgres(named):
        raise StoreUnusable(f"the store is no URL that we know: {_WAYS}")


def _state(config: Path, environ: Mapping[str, str]) -> Path:
    directory = environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if directory:
        return Path(directory) / "watchkeeper.db"
    home = environ.get("XDG_STATE_HOME") or Path(environ.get("HOME", ".")) / ".local" / "state"
    return Path(home) / "watchkeeper" / f"{config.stem}.db"
