"""登记系统编码: the codes and certificates an enterprise or a park holds in the national registration, beside its credit code.

依据 AQ 3064.1-2025 表A.1（编码须与登记综合服务系统一致，转载待核）、危险化学品登记管理办法（证书三年，到期前复核换证，待核）. Issued there and
copied here. Owns the reminder, which is a case of the holder.
"""
