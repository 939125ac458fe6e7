"""专项行动与督导检查: campaigns are what a finding counts in. Owns nothing; offers the one to the forms of the other."""
