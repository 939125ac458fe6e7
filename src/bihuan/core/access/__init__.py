"""权限: who acts, what they may do and where. Users, roles, grants in a scope, the context of an action."""
