"""年度考核: yearly score sheets of units and localities, weights as data, every point explained, appeal and league table.

Basis: the plans themselves (年度考核、目标责任状、责任追究). Owns the scheme, the sheets with their lines, appeals and decisions. Does not own
the cases it counts.
"""
