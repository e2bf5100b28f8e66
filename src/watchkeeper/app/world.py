"""World: what is outside, as the server of a file meets it; commands on demand meet the same."""

import os

from watchkeeper import __version__
from watchkeeper.config.load import Loaded
from watchkeeper.config.server import Server
from watchkeeper.outside import outside, tls
from watchkeeper.outside.addresses import Allowance
from watchkeeper.outside.outside import Outside
from watchkeeper.outside.proxy import Proxies


def world(loaded: Loaded | None) -> Outside:
    """Return the real world by the rules of the file that was *loaded*, the usual ones without.

    Looks name themselves with the page that they are for.
    """
    usual = f"watchkeeper/{__version__}"
    real = outside.real(
        proxies=Proxies.of(os.environ),
        user_agent=f"watchkeeper (+{loaded.plan.page.url})" if loaded else usual,
    )
    if loaded:
        adopt(real, loaded.server)
    return real


def adopt(outside: Outside, server: Server) -> None:
    """Let *outside* be met by the rules of *server* from now on; files of authorities are read
    anew.
    """
    tls.context.cache_clear()
    outside.shell.hidden = server.secret_variables
    outside.connect.adopt(Allowance.of(server.allowed_addresses))
