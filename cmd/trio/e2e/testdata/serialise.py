"""Serialises a page of datasets with ckanext-dcat, and says how long that took.

  serialise.py FORMAT < answer of package_search

Prints JSON: seconds of the fastest of three runs, bytes and triples. CKAN is
stubbed, so that what it reads from its database costs nothing here.
"""

import json
import sys
import time

import stubs  # noqa: F401
import ckan.plugins.toolkit
import ckantoolkit


def organization(context, args):
    return {"id": args["id"], "name": args["id"], "title": args["id"]}


for module in (ckan.plugins.toolkit, ckantoolkit):
    module.get_action = lambda name: organization
    module.config["ckan.site_url"] = "http://localhost"

from ckanext.dcat.processors import RDFSerializer  # noqa: E402
from ckanext.dcat.profiles.base import RDFProfile  # noqa: E402

RDFProfile._last_catalog_modification = lambda self: None  # asks CKAN's search

datasets = json.load(sys.stdin)["result"]["results"]
best, text = None, ""
for _ in range(3):
    serializer = RDFSerializer(profiles=["euro_dcat_ap_3"])
    begin = time.perf_counter()
    text = serializer.serialize_catalog({"title": "Katalog"}, datasets, _format=sys.argv[1], pagination_info=None)
    took = time.perf_counter() - begin
    best = took if best is None else min(best, took)
size = len(text if isinstance(text, bytes) else text.encode())
print(json.dumps({"seconds": best, "bytes": size, "triples": len(serializer.g)}))
