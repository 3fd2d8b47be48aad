"""What the columns of a log in pieces are, beyond those that a piece reads: its hosts and its jobs."""

from __future__ import annotations

from lca_ai.logs.chunks import Piece
from lca_ai.logs.formats import roles
from lca_ai.logs.records import Options


def roles_in(pieces: list[Piece], options: Options) -> set[str]:
    """Return the roles that the columns of any file of a log have."""
    headers = {piece.header: piece.path for piece in pieces}
    return {role for header, path in headers.items() for role in roles.named_in(list(header), path, options)}
