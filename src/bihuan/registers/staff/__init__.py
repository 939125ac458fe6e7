"""监管人员台账: who supervises chemical safety in a park, a bureau or an enforcement team, as far as plans put numbers on it.

Owns heads, degrees, practice and qualifications, and the shares counted from them. It is no personnel file.
"""
