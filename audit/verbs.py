"""What the record calls things. Each app keeps its own verbs in a file like this; they are constants, never typed words."""

REFUSED = "refused"
SEALED = "audit.sealed"


def in_words(verb: str) -> str:
    """A verb as staff read it: “accounts.signed_in” is “signed in”."""
    return verb.rpartition(".")[2].replace("_", " ")
