"""Floor 2: the language and the rules of sd-scripts, on plain values. Every rule cites the function it mirrors."""
