"""Runs the gather stage of the real harvesters of ckanext-harvest and ckanext-dcat
against a portal. CKAN itself is not needed: what they import of it is stubbed, what
fetches, pages, parses and tells datasets apart is theirs.

  peer.py dcat|ckan URL

Before each page it writes a line with its address and waits for a line, so that the
portal can change in between. The last line is JSON: errors, and of each record its
identifier and title.
"""

import json
import sys
import types
from unittest import mock

from stubs import ckan, harvest_model, munge

found, errors = [], []


class HarvestObject:
    def __init__(self, guid=None, job=None, content=None, **more):
        self.id = self.guid = guid
        self.content = content

    def save(self):
        found.append(self)


harvest_model.HarvestObject = HarvestObject
for name in ("HarvestGatherError", "HarvestObjectError"):
    setattr(harvest_model, name, mock.MagicMock(name=name))

import requests  # noqa: E402

plain_get = requests.Session.get


def announced(self, url, **more):
    print("page", url, flush=True)
    sys.stdin.readline()
    return plain_get(self, url, **more)


requests.Session.get = announced


def get(url, **more):
    return requests.Session().get(url, **more)


requests.get = get

kind, url = sys.argv[1:3]
if kind == "dcat":
    from ckanext.dcat.harvesters.rdf import DCATRDFHarvester as Harvester
else:
    from ckanext.harvest.harvesters.ckanharvester import CKANHarvester as Harvester

Harvester._save_gather_error = lambda self, message, job: errors.append(str(message))
Harvester._gen_new_name = lambda self, title: munge.munge_title_to_name(title)
Harvester._mark_datasets_for_deletion = lambda self, guids, job: []
Harvester.last_error_free_job = classmethod(lambda cls, job: None)

job = types.SimpleNamespace(source=types.SimpleNamespace(url=url, config=None, id="source"))
ckan.model.Package = types.SimpleNamespace(get=lambda id: types.SimpleNamespace(owner_org="amt", url=url))
Harvester().gather_stage(job)
print(json.dumps({"errors": errors, "records": [{"guid": o.guid, "title": json.loads(o.content)["title"]} for o in found]}))
