"""谁主管谁负责: which department supervises which sector and object. 依据 地方方案的行业分工."""
