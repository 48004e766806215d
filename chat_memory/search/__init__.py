"""The terms under which a fact is found: words without case, accents and endings, in any script."""
