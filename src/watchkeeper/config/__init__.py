"""From text to a plan, with errors that say file, line, key and the way out."""
