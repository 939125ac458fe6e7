"""产品台账术语."""

from __future__ import annotations

from bihuan.kernel.term import Term


class ProductsGrants(Term):
    READ = "products.read", "查看产品台账", "See the register of products"
    EDIT = "products.edit", "维护产品台账", "Keep the register of products"
    PRINT = "products.print", "排印标签", "Print labels"
    REPORT = "products.report", "回报排印进度", "Report the progress of printing"


class PrintKind(Term):
    """排印内容."""

    LABELS = "labels", "安全标签", "Safety labels"
    CODES = "codes", "现场码", "Codes of things"


class PrintState(Term):
    """排印状态."""

    WAITING = "waiting", "等待排印", "Waiting"
    RUNNING = "running", "排印中", "Printing"
    DONE = "done", "已完成", "Done"
    REFUSED = "refused", "未能排印", "Refused"


PRODUCT_KIND = "product"
PRINT_JOB = "products.print_batch"
MOST_LABELS = 100_000
