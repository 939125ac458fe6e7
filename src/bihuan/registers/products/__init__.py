"""危险化学品产品（一书一签、一企一品一码）: a product of an enterprise with its data sheet, its label and the code it was given.

依据 GB 15258、GB/T 16483、T/CCSAS 047 (tables 待核). Owns products, their data sheets and the printing of labels in batches. The
code of a product is issued by the national registration: it is imported, checked and printed, never made here.
"""
