"""许可证: every licence of an enterprise, with its last day. 依据 安全生产许可证条例等, 待核."""
