"""议事协调机构: committees, leading groups, joint conferences and expert groups, with who sits in them and what they decide.

Basis: the plans themselves (专业委员会、领导小组、联席会议、专家组，参照设立，定期听取汇报). Owns bodies, seats, meetings and experts. Does not own
the units and people who sit in them, nor the cases that decisions become.
"""
