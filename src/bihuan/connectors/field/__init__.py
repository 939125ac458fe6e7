"""现场接入: reads plants and never writes to one: no function here can change a value, a set point or a state.

No Django: the plant gateway starts without it. Everything ends in the same place: readings with their original times.
"""
