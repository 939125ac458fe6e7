"""办文: leaders' instructions carried through to feedback, and documents with number, openness and receipts.

Basis: 《党政机关公文处理工作条例》, GB/T 9704-2012 (发文字号). Owns the instruction, the document and who has signed for it. Does not own the
case an instruction becomes.
"""
