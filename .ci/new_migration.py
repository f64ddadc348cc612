"""Write a new Alembic migration from the difference between the models and a freshly migrated database.

Usage: python .ci/new_migration.py "what changed"
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

# The tree this script stands in, not an installed copy: in a second worktree that would be somebody else's.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backend.persistence.engine import make_engine
from backend.persistence.migrate import _config, upgrade


def main() -> None:
    """Autogenerate one revision, numbered after the last."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'schema.db'}")
        upgrade(engine)
        config = _config()
        number = len(list(Path("backend/persistence/migrations/versions").glob("[0-9]*.py"))) + 1
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message=sys.argv[1], autogenerate=True, rev_id=f"{number:04d}")


if __name__ == "__main__":
    main()
