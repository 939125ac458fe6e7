"""督导检查: rounds, draws, table checks and look-backs; the problem ledger; circulars, warnings, rulings; self-examination.

Basis: the plans themselves (督促检查、定期对表、“回头看”、通报、约谈、书面请示、问题清单). Owns what a check drew and found, what a
problem case keeps besides, and the papers of the chain. Does not own the case, nor the campaign a problem counts in:
that is named by its key, which a journey offers.
"""
