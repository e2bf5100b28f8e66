"""Watchkeeper: a self-hosted status page, monitor and alerter for microservices."""

__version__ = "0.1.0"
