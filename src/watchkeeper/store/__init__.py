"""What must survive. SQL lives here and nowhere else."""
