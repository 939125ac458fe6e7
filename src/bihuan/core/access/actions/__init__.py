"""账号操作: everything that changes an account, a role or a grant. Secrets never come here, only their hashes."""
