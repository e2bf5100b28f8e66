"""The eyes: the schedule, looks, silence, and our own blindness."""
