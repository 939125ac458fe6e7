"""交换: registers in the columns of other systems, five-in-one platforms and AQ 3064.1. The columns are dated data of the law."""
