"""Done once for all: access, actions, audit, events, evidence, jobs, notices, records, pages, sync."""
