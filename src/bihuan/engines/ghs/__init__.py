"""GHS 分类与标签要素: what a classification puts on a label, what contradicts it, and the pictograms, drawn by us. Pure.

依据 GB 30000 系列、GB 15258、GB/T 16483 (tables of `law/regulations/ghs`, 待核). It classifies nothing by itself: a person says the
classes, with the data sheet as the basis.
"""
