"""个人信息导出: a list with personal fields leaves only after somebody else approved it, with a watermark, for some days."""
