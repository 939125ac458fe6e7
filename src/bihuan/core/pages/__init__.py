"""页面: the shell around every page, the components pages are made of, and the faces of actions (form, HTTP, command line)."""
