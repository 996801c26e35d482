"""Which files hold tenants, and which of them a run is about."""

from __future__ import annotations

import os

import pytest

from tenant_compiler.model.diagnostic import TenantCompileError
from tenant_compiler.model.document import Document
from tenant_compiler.read.globs import head
from tenant_compiler.read.workspace import open_workspace
from tenant_compiler.run.discovery import Selectors, tenant_files


@pytest.fixture
def files(project):
    """List the tenants' files of a workspace with these globs."""

    def make(*globs, **options):
        if globs:
            text = f'[workspace]\nname = "acme"\ntenants = [{", ".join(map(repr, globs))}]\n'
            project.write("tenant-compile.toml", text)
        return tenant_files(open_workspace(project.root), **options)

    return make


@pytest.fixture
def some(project):
    """A workspace with files in and beside the tenants' folder."""
    for path in ("tenants/b.yaml", "tenants/a.yaml", "tenants/eu/c.yaml", "tenants/eu/deep/d.yaml", "tenants/eu/e.yml"):
        project.write(path, "")
    for path in ("tenants/readme.md", "other/x.yaml", "top.yaml", "build/acme/production/kubernetes/x.yaml"):
        project.write(path, "")
    return project


def test_the_usual_glob_finds_yaml_at_every_depth_in_order(some, files):
    """Sorted by path, with slashes, and nothing else."""
    assert files() == ["tenants/a.yaml", "tenants/b.yaml", "tenants/eu/c.yaml", "tenants/eu/deep/d.yaml"]


@pytest.mark.parametrize(
    ("glob", "found"),
    [
        ("tenants/*.yaml", ["tenants/a.yaml", "tenants/b.yaml"]),
        ("tenants/*/*.yaml", ["tenants/eu/c.yaml"]),
        ("tenants/eu/**/*.yaml", ["tenants/eu/c.yaml", "tenants/eu/deep/d.yaml"]),
        ("tenants/?.yaml", ["tenants/a.yaml", "tenants/b.yaml"]),
        ("tenants/a.yaml", ["tenants/a.yaml"]),
        ("*.yaml", ["top.yaml"]),
        ("nothing/*.yaml", []),
    ],
)
def test_a_star_stays_in_its_folder_and_two_do_not(some, files, glob, found):
    """Globs mean what they mean in other tools."""
    assert files(glob) == found


def test_several_globs_add_up_without_repeating(some, files):
    """A file that two of them match is one file."""
    assert files("tenants/*.yaml", "tenants/a.yaml", "other/*.yaml") == [
        "other/x.yaml",
        "tenants/a.yaml",
        "tenants/b.yaml",
    ]


def test_the_output_is_never_read_as_input(some, files):
    """A glob over everything leaves the generated files out."""
    found = files("**/*.yaml")
    assert "top.yaml" in found
    assert not [path for path in found if path.startswith("build/")]


def test_a_linked_folder_is_not_followed(some, files):
    """A loop or a way out of the workspace is no tenant."""
    os.symlink(some.root, os.path.join(some.root, "tenants", "loop"))
    assert not [path for path in files() if "loop" in path]


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["tenants/eu"], ["tenants/eu/c.yaml", "tenants/eu/deep/d.yaml"]),
        (["tenants/b.yaml", "tenants/a.yaml", "tenants/b.yaml"], ["tenants/a.yaml", "tenants/b.yaml"]),
        (["."], ["tenants/a.yaml", "tenants/b.yaml", "tenants/eu/c.yaml", "tenants/eu/deep/d.yaml"]),
    ],
)
def test_paths_choose_files_and_folders(some, files, paths, found):
    """In the usual order, whatever the order of the paths."""
    assert files(paths=paths) == found


@pytest.mark.parametrize("path", ["top.yaml", "tenants/e", "tenants/eu/e.yml", "nowhere"])
def test_a_path_without_tenants_is_wrong_use(some, files, path):
    """TC101, exit code 2: a misspelt path never means "nothing to do"."""
    with pytest.raises(TenantCompileError) as caught:
        files(paths=[path])
    assert caught.value.exit_code == 2
    assert [finding.code for finding in caught.value.diagnostics] == ["TC101"]


@pytest.mark.parametrize(
    ("glob", "folder"),
    [
        ("tenants/**/*.yaml", "tenants"),
        ("a/b/*.yaml", "a/b"),
        ("*.yaml", ""),
        ("a/b?/c/*.yaml", "a"),
        ("a/x.yaml", "a"),
    ],
)
def test_the_head_of_a_glob_is_what_stands_before_its_first_wildcard(glob, folder):
    """Only that folder has to be walked."""
    assert head(glob) == folder


@pytest.mark.parametrize(
    ("selectors", "match"),
    [
        (Selectors(), True),
        (Selectors(tenants=("acme",)), True),
        (Selectors(tenants=("other", "acme")), True),
        (Selectors(tenants=("acm",)), False),
        (Selectors(labels=(("segment", "health"),)), True),
        (Selectors(labels=(("segment", "health"), ("country", "DE"))), True),
        (Selectors(labels=(("segment", "health"), ("country", "NO"))), False),
        (Selectors(labels=(("empty", ""),)), True),
        (Selectors(labels=(("missing", ""),)), False),
        (Selectors(tenants=("acme",), labels=(("segment", "bank"),)), False),
    ],
)
def test_names_and_labels_choose_documents(selectors, match):
    """Any of the names, all of the labels."""
    labels = {"segment": "health", "country": "DE", "empty": ""}
    document = Document("tenants/acme.yaml", 0, {"metadata": {"name": "acme", "labels": labels}})
    assert selectors.match(document) is match


def test_a_document_without_labels_matches_no_label():
    """And does not fail."""
    document = Document("tenants/acme.yaml", 0, {"metadata": {"name": "acme"}})
    assert not Selectors(labels=(("a", "b"),)).match(document)


def test_any_selector_makes_a_run_narrow():
    """Fleet checks and pruning depend on it."""
    assert not Selectors().narrow
    for field in Selectors._fields:
        assert Selectors(**{field: ("x",)}).narrow
