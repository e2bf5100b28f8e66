"""The protocols that others speak to us, one file each."""
