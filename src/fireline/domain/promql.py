"""How a label matcher is written in PromQL; pure text, no parser."""

OPERATORS = {
    "MatchOp.Equal": "=",
    "MatchOp.NotEqual": "!=",
    "MatchOp.Re": "=~",
    "MatchOp.NotRe": "!~",
}


def escaped(value: str) -> str:
    """The text as it stands between double quotes."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def matcher(name: str, operator: str, value: str) -> str:
    """A matcher, its value quoted; `operator` as the parser names it, such as `MatchOp.Equal`."""
    return f'{name}{OPERATORS[operator]}"{escaped(value)}"'
