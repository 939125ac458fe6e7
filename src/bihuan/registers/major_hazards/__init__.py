"""重大危险源台账: units, what they hold at most, and their grade by GB 18218, calculated anew with every change.

Owns the nouns and the calculation. Filing, evaluation and responsibility are domains.
"""
