"""专项行动与督导检查: campaigns are what a finding counts in, and their plans list the problems to look for. Owns nothing; offers the one to the forms of the other."""
