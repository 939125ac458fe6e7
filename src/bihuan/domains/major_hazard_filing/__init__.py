"""重大危险源备案: filing (备案), safety evaluation every three years, deregistration (核销), and the cases they need.

依据 危险化学品安全法 第13、39条（2026-05-01 施行）, 原安监总局令第40号. Owns filings; what is graded and how is the
register's, who is responsible another domain's.
"""
