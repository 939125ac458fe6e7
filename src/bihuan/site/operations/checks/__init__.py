"""体检项: what the doctor asks, one file a subject; each finding says what is wrong and what to do."""
