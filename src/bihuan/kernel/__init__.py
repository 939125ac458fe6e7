"""Plain words every layer shares: text in two languages, term, problem, period, quantity, calendar, place."""
