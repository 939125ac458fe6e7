"""化工园区: bounds, land-control line and recognition. 依据 化工园区安全风险排查治理导则（应急〔2023〕123号）."""
