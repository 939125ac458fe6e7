"""重大危险源安全包保责任: who leads each major hazard, since when, and their duties as cases.

依据 应急厅〔2021〕12号（试行，至 2026-09-29）; AQ 3072-2026 governs since 2026-09-30, whose text has not been seen: its duties are
defaults marked 待核. Owns appointments and the cases of duties; not the major hazard nor its filing.
"""
