"""监测数据平面: the telemetry plane: bus, intake, partition folds, historian. No Django."""
