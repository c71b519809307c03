"""Plain functions on plain text: slugs, dates, words."""
