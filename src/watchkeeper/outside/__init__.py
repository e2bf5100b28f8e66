"""The world: clock, names, connections, HTTP. The one room that tests replace."""
