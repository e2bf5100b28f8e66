"""What everybody may read: the page, the statuses, files."""
