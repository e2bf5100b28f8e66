"""The schema: every table and key of a file, but for those that probes and notifiers bring."""
