"""专项行动（集中治理）: a plan document becomes tasks, is reviewed by people, and is dispatched as cases.

Basis: the plans themselves (实施方案、工作方案). Owns the campaign, the tasks under review, who is meant by each name,
and what a dispatched case keeps of its plan. Does not own the case: acknowledging, handling, verifying and closing out
are the loop's.
"""
