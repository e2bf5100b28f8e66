"""World: what is outside, as the server of a file meets it; commands on demand meet the same."""

import os

from watchkeeper import __version__
from watchkeeper.config.load import Loaded
from watchkeeper.outside import outside
from watchkeeper.outside.addresses import Allowance
from watchkeeper.outside.outside import Outside
from watchkeeper.outside.proxy import Proxies


def world(loaded: Loaded | None) -> Outside:
    """Return the real world by the rules of the file that was *loaded*, the usual ones without.

    Looks name themselves with the page that they are for.
    """
    usual = f"watchkeeper/{__version__}"
    real = outside.real(
        allowance=Allowance.of(loaded.server.allowed_addresses if loaded else ()),
        proxies=Proxies.of(os.environ),
        user_agent=f"watchkeeper (+{loaded.plan.page.url})" if loaded else usual,
    )
    real.shell.hidden = loaded.server.secret_variables if loaded else frozenset()
    return real
