"""企业台账: enterprises that produce, trade in, store or use hazardous chemicals. 依据 危险化学品安全管理条例（国务院令第591号）, 待核."""
