"""The mouth: messages out, in order, until they arrive."""
