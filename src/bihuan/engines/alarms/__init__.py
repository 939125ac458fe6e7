"""报警: limit alarms over columnar batches. Pure: no clock, no sockets; time arrives with every call.

Owns the judgement of samples (limits, delays, latch, silence) and the life of an alarm by ISA-18.2. Doesn't
own storing,
publishing or telling anybody: a fold (`bihuan.streams.folds`) feeds it from a log and publishes what it
answers.
"""
