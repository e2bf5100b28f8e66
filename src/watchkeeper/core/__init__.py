"""The rules: pure functions of values, with time as an argument."""
