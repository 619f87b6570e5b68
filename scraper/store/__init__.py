"""The SQLite store: schema and migrations (sqlite-utils), the check's one transaction, leases, reads."""
