"""接收: raw messages become samples of known points: decode, tag map, units, plausibility, device clock, dead
letters.
"""
