"""企业安全风险诊断分级（19号文）与园区等级分数线: pure scoring, each point explained. 依据 应急〔2018〕19号、应急〔2023〕123号."""
