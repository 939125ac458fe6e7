"""历史库: Parquet segments under a manifest that is the truth; last values in memory; reads that keep extremes."""
