"""One file for each way to look: a docstring, its `SCHEMES`, frozen `Options` and one `look`."""
