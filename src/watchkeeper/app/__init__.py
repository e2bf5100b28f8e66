"""The composition root: the only room where concrete things meet."""
