"""The UI is built again exactly when something it is made from changed."""

from __future__ import annotations

from pathlib import Path

from dashboard import built


def project(root: Path) -> Path:
    (root / "dashboard").mkdir()
    (root / "dashboard" / "app.py").write_text("one")
    (root / "rxconfig.py").write_text("config")
    return root


def test_a_changed_a_new_and_a_renamed_source_are_noticed(tmp_path: Path) -> None:
    root = project(tmp_path)
    seen = [built.fingerprint(root)]
    (root / "dashboard" / "app.py").write_text("two")
    seen.append(built.fingerprint(root))
    (root / "dashboard" / "page.py").write_text("page")
    seen.append(built.fingerprint(root))
    (root / "dashboard" / "page.py").rename(root / "dashboard" / "other.py")
    seen.append(built.fingerprint(root))
    assert len(set(seen)) == 4


def test_what_python_leaves_behind_is_not_a_change(tmp_path: Path) -> None:
    root = project(tmp_path)
    before = built.fingerprint(root)
    (root / "dashboard" / "__pycache__").mkdir()
    (root / "dashboard" / "__pycache__" / "app.pyc").write_text("compiled")
    (root / "dashboard" / "app.py").touch()
    assert built.fingerprint(root) == before


def test_a_ui_is_built_only_with_pages_and_a_matching_note(tmp_path: Path) -> None:
    root = project(tmp_path)
    assert not built.is_built(root)
    stamp, index = (root / path.relative_to(built.ROOT) for path in (built.STAMP, built.INDEX))
    index.parent.mkdir(parents=True)
    stamp.write_text(built.fingerprint(root))
    assert not built.is_built(root)
    index.write_text("<html>")
    assert built.is_built(root)
    (root / "rxconfig.py").write_text("other")
    assert not built.is_built(root)
