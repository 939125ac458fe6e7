"""一书一签的排版: safety labels by GB 15258, data sheets by GB/T 16483, sheets of labels and of codes, as PDF. Pure.

What stands in them is settled by the caller; here it gets its size, its order and its page. Set by Typst, with the machine's
Chinese font embedded.
"""
