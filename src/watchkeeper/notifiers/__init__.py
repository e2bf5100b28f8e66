"""One file for each way to speak: a docstring, frozen `Settings` and one `send`."""
