"""查重与合并: one enterprise entered twice. Owns the suspicion, the decision and where an old code leads; moves, never deletes.

依据 “底数清、情况明”: 一企一档. What refers to an organisation is read from the tables' own links and organisation codes; a
module declares only what these don't show (`CarriesCode`) and what stays as history (`StaysBehind`).
"""
