"""监管机构与保障台账: how public bodies that supervise are set up, what they have to do it with, and what they have learned.

Basis: the plans (局队合一、单独设立安全监管机构、资金车辆物资保障、学习贯彻、技能培训). People are in the register of staff.
"""
