"""公文: a document in words and tables, laid out as GB/T 9704-2012 (党政机关公文格式) asks, written as .docx.

It owns the layout and nothing of what is said.
"""
