"""How hard the properties are tried: the same few examples in CI, new ones at home."""

import os

from hypothesis import settings

settings.register_profile("home", max_examples=30, deadline=None, database=None)
settings.register_profile("ci", settings.get_profile("home"), derandomize=True)
settings.load_profile("ci" if "CI" in os.environ else "home")
