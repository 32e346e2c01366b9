"""Runs the gather stage of the real harvesters of ckanext-harvest and ckanext-dcat
against a portal. CKAN itself is not needed: what they import of it is stubbed, what
fetches, pages, parses and tells datasets apart is theirs.

  peer.py dcat|ckan URL

Before each page it writes a line with its address and waits for a line, so that the
portal can change in between. The last line is JSON: errors, and of each record its
identifier and title.
"""

import importlib.abc
import importlib.machinery
import json
import sys
import types
from unittest import mock


class Anything(types.ModuleType):
    """A module in which every name can be found."""

    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name[0].isupper():
            value = type(name, (Exception,) if name.endswith(("Error", "NotFound", "Invalid")) else (object,), {})
        else:
            value = mock.MagicMock(name=name)
        setattr(self, name, value)
        return value


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    stubs = ("ckan", "sqlalchemy", "ckantoolkit", "ckanext.harvest.model", "ckanext.harvest.logic")

    def find_spec(self, name, path=None, target=None):
        if any(name == s or name.startswith(s + ".") for s in self.stubs):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return Anything(spec.name)

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, Finder())

import ckan.model  # noqa: E402
import ckan.plugins  # noqa: E402
import ckan.plugins.core  # noqa: E402
import ckan.plugins.toolkit  # noqa: E402
import ckantoolkit  # noqa: E402
import ckanext.harvest.model as harvest_model  # noqa: E402


class Config(dict):
    def get(self, key, default=None):
        return super().get(key, default)


def as_list(v, sep=None):
    return v.split(sep) if isinstance(v, str) else list(v or [])


def action(name):
    raise KeyError(name)  # as CKAN does for those of extensions that are not loaded


for module in (ckan.plugins, ckan.plugins.core):
    module.implements = lambda *a, **k: None
    module.PluginImplementations = lambda interface: []
    module.SingletonPlugin = type("SingletonPlugin", (object,), {})
ckan.plugins.toolkit = sys.modules["ckan.plugins.toolkit"]
for module in (ckan.plugins.toolkit, ckantoolkit):
    module.config = Config()
    module.asbool = lambda v: str(v).lower() in ("true", "yes", "1")
    module.asint = int
    module.aslist = as_list
    module.get_action = action
    module.url_for = lambda *a, **k: "http://localhost/"
ckan.model.PACKAGE_NAME_MAX_LENGTH = 100
munge = __import__("ckan.lib.munge", fromlist=["x"])
munge.munge_title_to_name = lambda s: "".join(c if c.isalnum() else "-" for c in s.lower())[:90]
munge.munge_tag = lambda s: s
helpers = __import__("ckan.lib.helpers", fromlist=["x"])
helpers.json = json
helpers.resource_formats = dict
__import__("ckan.model.license", fromlist=["x"]).LicenseRegister = dict

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
