"""How supervising bodies are set up, equipped and trained."""
