"""样例方案: a fictional city's plan in the genre of real ones, shipped for the demo and for trying the reader out."""
