"""账号页面: login, one's own account, and what the administrators see."""
