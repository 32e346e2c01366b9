"""Reads every page of a catalogue with ckanext-dcat's own parser, once for each of its
European profiles and once with the full schema for ckanext-scheming.

  parse.py URL

Prints JSON: what went wrong, and of each dataset (by address) what it says of places.
CKAN itself is stubbed, what parses is ckanext-dcat.
"""

import json
import os
import re
import sys
import traceback
import urllib.request

from stubs import ckan  # noqa: F401  (before anything of ckanext-dcat)

import ckanext.dcat
from ckanext.dcat.processors import RDFParser
from ckanext.dcat.profiles import base


def schema():
    """The full schema, as far as the parser looks at it: names and repeating parts."""
    path = os.path.join(os.path.dirname(ckanext.dcat.__file__), "schemas", "dcat_ap_full.yaml")
    out, fields = {}, None
    for line in open(path, encoding="utf-8"):
        if m := re.match(r"(dataset_fields|resource_fields):", line):
            fields = out.setdefault(m[1], [])
        elif m := re.match(r"- field_name: (\S+)", line):
            fields.append({"field_name": m[1]})
        elif m := re.match(r"    - field_name: (\S+)", line):
            fields[-1].setdefault("repeating_subfields", []).append({"field_name": m[1]})
    return out


def action(name):
    if name == "scheming_dataset_schema_show" and scheming:
        return lambda context, arguments: full
    raise KeyError(name)


base.get_action = action
full, scheming = schema(), False
first, errors, places = sys.argv[1], [], {}
for profiles in (["euro_dcat_ap"], ["euro_dcat_ap_2"], ["euro_dcat_ap_3"], ["euro_dcat_ap_2", "euro_dcat_ap_scheming"], ["euro_dcat_ap_3", "scheming"]):
    scheming = any("scheming" in p for p in profiles)
    url, seen = first, set()
    while url and url not in seen:
        seen.add(url)
        with urllib.request.urlopen(url) as answer:
            body, kind = answer.read(), answer.headers.get_content_type()
        parser = RDFParser(profiles=[p for p in profiles if p != "scheming"])
        try:
            parser.parse(body, _format=kind)
            url = parser.next_page()
            for d in parser.datasets():
                said = dict(d, **{e["key"]: e["value"] for e in d["extras"]})
                kept = places.setdefault(said["uri"], {})
                for key, value in said.items():
                    if key.startswith(("spatial", "temporal", "contact", "publisher", "creator", "qualified", "has_version", "resources")):
                        kept[key] = value
        except Exception:
            errors.append({"profiles": profiles, "page": url, "error": traceback.format_exc(limit=-2)})
            break
print(json.dumps({"errors": errors, "places": places}))
