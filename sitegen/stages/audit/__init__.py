"""Audit: nothing that is for members stands in what would be published, in whatever form.

letters    what of a text is compared
prints     what is known of texts for members
unwrap     escapes and alphabets within texts
contain    compressed bytes, and texts within other files
search     one published file
sought     what is worth being looked for
tell       what to say of what was found

It trusts no other stage: it looks at bytes, and at what the texts for members were made of.
"""

from sitegen.stages.audit.prints import LEAK, Prints, Wanted, prints, wanted
from sitegen.stages.audit.search import Found, Hit, Searcher
from sitegen.stages.audit.sought import sought
from sitegen.stages.audit.tell import Leak, Public, Secret, leaks, secret_of, told

__all__ = [
    "LEAK",
    "Found",
    "Hit",
    "Leak",
    "Prints",
    "Public",
    "Searcher",
    "Secret",
    "Wanted",
    "leaks",
    "prints",
    "secret_of",
    "sought",
    "told",
    "wanted",
]
