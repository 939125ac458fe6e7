"""文档接收: bytes of a file in, a `Source` out; text, .docx, .pdf, .html and .xlsx, each refused by name
when it is bad.
"""
