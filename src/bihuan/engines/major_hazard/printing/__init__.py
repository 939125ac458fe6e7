"""计算书的印本: the calculation sheet in the forms an office files."""
