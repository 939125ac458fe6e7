"""现场码术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class ScanCodesGrants(Term):
    PRINT = "scan_codes.print", "排印现场码", "Print codes of things"
    RENEW = "scan_codes.renew", "作废和更换现场码", "Revoke and replace codes of things"


CODES_JOB = "scan_codes.print_batch"
MOST_CODES = 100_000
