"""One verb a file: scan, parse, convert, index, relate, plan, render, write. They never import each other."""
