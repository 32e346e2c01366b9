"""Judge RDF files with pySHACL and the official shapes.

Usage: judge.py FOLDER-OF-validate_dcat.py PROFILE FILE...
Prints one JSON object: file -> [violations, warnings, triples, datasets], or a
text when rdflib cannot read the file.
"""
import json
import os
import sys

sys.path.insert(0, sys.argv[1])
import validate_dcat as judge  # noqa: E402
from rdflib import Graph, RDF  # noqa: E402


def main():
    profile = sys.argv[2]
    shapes = Graph()
    for name in judge.PROFILES[profile]:
        shapes.parse(os.path.join(judge.DEFAULT_BASE, "shapes", name), format="turtle")
    if profile == "dcat-ap-de-3.0":
        judge.repair(shapes)
    index = judge.vocab_index(judge.DEFAULT_BASE)
    judge.no_remote_contexts()
    args = argparse()
    out = {}
    for name in sys.argv[3:]:
        data = Graph()
        try:
            judge.parse_file(data, name, None)
        except Exception as e:  # whatever the parser raises is a refusal
            out[name] = str(e)[:200] or type(e).__name__
            continue
        r = judge.run(data, shapes, index, profile, args, lambda *a: None)
        out[name] = [r["violations"], r["warnings"], len(data), len(set(data.subjects(RDF.type, judge.DCAT.Dataset)))]
    json.dump(out, sys.stdout)


def argparse():
    class Args:
        all_datasets, sample, chunk = False, 0, 100
    return Args


main()
