"""项目准入筛查: 禁限控目录 and the rules of admission, each passed, failed or not applicable, with its source. Pure."""
