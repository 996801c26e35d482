"""The table of regions: every one once, under the jurisdiction where its buildings stand."""

from __future__ import annotations

import json
import os
import re

import pytest

from tenant_compiler.data import data_folder
from tenant_compiler.plan import regions
from tenant_compiler.plan.regions import REGIONS

TABLES = {"aws": regions._AWS, "azure": regions._AZURE, "gcp": regions._GCP}


def jurisdictions():
    """The jurisdictions that the vocabulary has."""
    with open(os.path.join(data_folder("schemas"), "resolved.schema.json"), encoding="utf-8") as file:
        field = json.load(file)["definitions"]["Residency"]["properties"]["jurisdictions"]
    return {value["const"] for value in field["items"]["oneOf"]}


@pytest.mark.parametrize("cloud", TABLES)
def test_no_region_stands_twice(cloud):
    """A region under two jurisdictions would silently have the last one."""
    names = " ".join(TABLES[cloud].values()).split()
    assert len(names) == len(set(names)) == len(REGIONS[cloud])


@pytest.mark.parametrize("cloud", TABLES)
def test_every_jurisdiction_is_one_of_the_vocabulary(cloud):
    """Or none, where the vocabulary has no name for it; and each cloud has regions in each."""
    assert set(REGIONS[cloud].values()) == jurisdictions() | {""}


@pytest.mark.parametrize(
    ("cloud", "region", "jurisdiction"),
    [
        ("aws", "eu-central-1", "EU"),
        ("aws", "eu-west-2", "UK"),
        ("aws", "eu-central-2", "CH"),
        ("aws", "us-gov-west-1", "US"),
        ("aws", "sa-east-1", ""),
        ("azure", "westeurope", "EU"),
        ("azure", "norwayeast", "EU"),
        ("azure", "uksouth", "UK"),
        ("azure", "switzerlandnorth", "CH"),
        ("gcp", "europe-west2", "UK"),
        ("gcp", "europe-west6", "CH"),
        ("gcp", "asia-southeast1", "APAC"),
    ],
)
def test_names_that_look_european_stand_where_they_are(cloud, region, jurisdiction):
    """London and Zurich are not in the European Union, whatever their regions are called."""
    assert REGIONS[cloud][region] == jurisdiction


def test_the_profiles_of_markets_name_regions_of_their_jurisdiction():
    """A built-in profile puts nobody outside the market that it is called after."""
    found = 0
    for market in ("eu", "us", "us_gov", "apac"):
        path = os.path.join(data_folder("tier_presets"), "profiles", "region", f"{market}.jsonnet")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        (jurisdiction,) = re.findall(r"market\('([A-Z]+)'", text)
        for cloud, region in re.findall(r"(aws|azure|gcp): '([a-z0-9-]+)'", text):
            assert REGIONS[cloud][region] == jurisdiction
            found += 1
    assert found == 11
