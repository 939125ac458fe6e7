"""静态风险分级: assessments by document 19, grades of parks and of enterprises, each of its own scheme.

依据 应急〔2018〕19号、应急〔2023〕123号 and local grading of enterprises. Owns what was assessed, when and by what evidence;
the points and floors are the engine's and the law's.
"""
