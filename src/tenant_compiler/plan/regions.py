"""The public clouds' regions with their jurisdictions.

Sources: the providers' lists of regions (AWS "Regions and Availability Zones", Azure "List of Azure regions", Google
Cloud "Regions and zones"), as of 2026-11. A jurisdiction here says where the buildings stand, not who operates them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_AWS: Final = {
    "EU": "eu-central-1 eu-west-1 eu-west-3 eu-north-1 eu-south-1 eu-south-2",
    "UK": "eu-west-2",
    "CH": "eu-central-2",
    "US": "us-east-1 us-east-2 us-west-1 us-west-2 us-gov-west-1 us-gov-east-1",
    "CA": "ca-central-1 ca-west-1",
    "APAC": (
        "ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7 ap-northeast-1"
        " ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-east-1"
    ),
    "": "sa-east-1 me-south-1 me-central-1 af-south-1 il-central-1 mx-central-1",
}
_AZURE: Final = {
    "EU": (
        "westeurope northeurope francecentral francesouth germanywestcentral germanynorth swedencentral norwayeast"
        " norwaywest italynorth polandcentral spaincentral"
    ),
    "UK": "uksouth ukwest",
    "CH": "switzerlandnorth switzerlandwest",
    "US": (
        "eastus eastus2 centralus northcentralus southcentralus westcentralus westus westus2 westus3 usgovvirginia"
        " usgovarizona usgovtexas"
    ),
    "CA": "canadacentral canadaeast",
    "APAC": (
        "southeastasia eastasia japaneast japanwest koreacentral koreasouth australiaeast australiasoutheast"
        " australiacentral centralindia southindia westindia"
    ),
    "": "brazilsouth southafricanorth uaenorth qatarcentral israelcentral mexicocentral",
}
_GCP: Final = {
    "EU": (
        "europe-west1 europe-west3 europe-west4 europe-west8 europe-west9 europe-west10 europe-west12"
        " europe-southwest1 europe-north1 europe-north2 europe-central2"
    ),
    "UK": "europe-west2",
    "CH": "europe-west6",
    "US": "us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4",
    "CA": "northamerica-northeast1 northamerica-northeast2",
    "APAC": (
        "asia-southeast1 asia-southeast2 asia-east1 asia-east2 asia-northeast1 asia-northeast2 asia-northeast3"
        " asia-south1 asia-south2 australia-southeast1 australia-southeast2"
    ),
    "": "southamerica-east1 southamerica-west1 me-west1 me-central1 me-central2 africa-south1 northamerica-south1",
}

REGIONS: Final[Mapping[str, Mapping[str, str]]] = {
    cloud: {name: jurisdiction for jurisdiction, names in table.items() for name in names.split()}
    for cloud, table in (("aws", _AWS), ("azure", _AZURE), ("gcp", _GCP))
}
"""The jurisdiction of each region by cloud; empty for one that the vocabulary has no name for. No on-premises here."""
