"""重大危险源辨识与分级: identification and grading of major hazards by GB 18218-2018. Pure: tables come from `law`, the day is given."""
