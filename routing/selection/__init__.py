"""Which series of a study is analysed: rules as data, measured facts, a decision with reasons."""
