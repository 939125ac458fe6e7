"""装置、仓库、设备: what stands in a plant, with design maximum, people limit and design life. 依据 老旧装置评估要求, 待核."""
