"""Stands in for CKAN, so that ckanext-harvest and ckanext-dcat can be imported without it."""

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
