"""危险化学品: the catalogue and the lists as reference, and the register of chemicals an enterprise handles.

依据 危险化学品目录（2015版）及其调整. The catalogue carries no hazard classes: a person confirms them from the data sheet.
"""
