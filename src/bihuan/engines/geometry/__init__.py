"""几何: boundaries read, checked and compared: parks, land-control lines, enterprises. Kept in CGCS2000 (GB 22021)."""
