"""The runs: each plays one kind of mischief and has it judged."""
