"""备份与恢复: records, evidence, history, streams and keys at one cut; encrypted, incremental, rehearsed."""
