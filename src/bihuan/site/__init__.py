"""Settings, urls, the list of modules, the command line."""
