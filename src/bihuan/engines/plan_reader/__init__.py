"""方案读取: a published plan document in, its ledger out (title, tasks, units, deadlines, reporting, phases).

Pure: text and bytes come in by argument, no Django, no sockets, no clock. `documents` turns a file into a
`Source`,
`reader.read` turns a `Source` into a `Ledger`; every piece carries its span in `Source.text`.
"""
