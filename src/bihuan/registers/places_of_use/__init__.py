"""使用单位: places that use hazardous chemicals, laboratories among them, and what they use and store."""
