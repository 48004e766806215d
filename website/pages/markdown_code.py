"""Code as a block of Markdown, whatever is in it."""


def fenced(code: str, language: str) -> str:
    """A block whose fence is longer than any that stands in the code."""
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{language}\n{code}\n{fence}"
