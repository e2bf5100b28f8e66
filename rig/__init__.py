"""The reliability rig: a world with faults, a history of what happened, and its judge."""
