"""Tasks as jobs of Slurm, submitted through submitit; what comes of them is read from records."""
