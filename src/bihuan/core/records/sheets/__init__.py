"""Excel 导入导出: templates, reading hostile workbooks, checking cell by cell, applying in small steps, writing."""
