"""现场码: the code on a tank, a unit, a vehicle or a place, and the public page it opens.

Made here (unlike 一企一品一码), unguessable, revocable. What it opens needs no login and names nobody: hazards, first aid, whom to
call. Whoever is logged in and may see more sees stock and cases too, each within his scope.
"""
