"""职责与责任链: what each unit answers for, by link and by sector; yearly lists down to the person; who takes over from whom.

Basis: the plans themselves (工作职责清单、年度任务清单、责任分工、落实到岗明确到人), 《安全生产法》的“三个必须”. Owns the clauses of duty, the
division by link and sector, published lists and the leaders' lists. Does not own units, posts and people, nor the cases.
"""
