"""The program: from here on a hangup waits, while all the rest is still to be imported."""

import sys

from watchkeeper.outside import hangup

hangup.hold()

from watchkeeper.cli import main  # noqa: E402 - no hangup may end us while it is imported

if __name__ == "__main__":
    sys.exit(main())
