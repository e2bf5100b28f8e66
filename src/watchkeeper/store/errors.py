"""What can go wrong with the store.

StoreError
├── StoreRefused     a commit did not happen now; later may be better
└── StoreUnusable    it cannot be ours until a person changes something (exit 78)

What the database will never take, such as a duplicate key, is a mistake in one transaction:
it reaches whoever sent that as the database's own exception, and hurts nobody else.
"""


class StoreError(Exception):
    """The store did not do what was asked."""


class StoreRefused(StoreError):
    """The store could not commit; nothing of the transaction is kept."""


class StoreUnusable(StoreError):
    """The store is locked, newer than this program, another's, or cannot be written."""
