"""个人信息保护: keys in files that can be changed, ciphers that can be chosen, and columns that hold neither number in the clear."""
