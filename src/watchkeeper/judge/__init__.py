"""The door: reports in, decisions saved."""
