"""SLO files of other tools, read as if they were ours."""
