"""The telemetry plane: bus, intake, partition folds, historian. No Django."""
