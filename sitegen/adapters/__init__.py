"""One third-party library, or one facility of the system, a file: what the rest of sitegen need not know."""
