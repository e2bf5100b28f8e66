"""`python -m watchkeeper`: the same program."""

import sys

from watchkeeper.cli import main

sys.exit(main())
