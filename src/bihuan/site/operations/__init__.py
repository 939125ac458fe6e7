"""运行维护: health, metrics, the doctor's checks, backup and restore, and the administrator's page of all that."""
