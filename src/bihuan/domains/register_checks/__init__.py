"""底数核查: what the registers say by themselves that is wrong: ended licences, old equipment, nobody in charge, bounds.

Owns no table: a finding is computed from the registers as they are, and becomes a case of the loop on its object.
"""
