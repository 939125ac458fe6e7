"""项目准入: the catalogue of forbidden, restricted and controlled chemicals, projects, their screening and decision.

依据 地方治理方案与当地禁限控目录. Owns projects and decisions; the rules are the engine's, their numbers the law's or the place's.
"""
