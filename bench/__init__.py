"""Side-by-side benchmarks: what Watchkeeper does, beside what this machine and its peers do."""
