"""Tells CMake what binding.gyp builds for one architecture: `gyp_targets.py BINDING_GYP ARCHITECTURE`.

Prints lines `name|flags|sources`: `all` with the flags of every target, `core` with the sources of the addon that know
nothing of JavaScript, `boundary` with those that do, then each kernel.
"""

import ast
import pathlib
import re
import sys


def targets(gyp, architecture):
    """Those for every architecture, and those whose condition names this one."""
    found = list(gyp["targets"])
    for condition, block in (entry[:2] for entry in gyp["conditions"]):
        if f'target_arch=="{architecture}"' in condition:
            found += block.get("targets", [])
    return found


def knows_javascript(path):
    """Whether it includes the header of Node-API, perhaps through headers of ours."""
    included = re.findall(r'#include ["<](.+)[">]', path.read_text(encoding="utf-8"))
    ours = (path.parent / name for name in included if (path.parent / name).exists())
    return "node_api.h" in included or any(map(knows_javascript, ours))


def line(name, flags, sources=()):
    print("|".join((name, " ".join(flags), " ".join(sources))))


def main(path, architecture):
    gyp = ast.literal_eval(path.read_text(encoding="utf-8"))
    defaults = gyp["target_defaults"]
    line("all", defaults["cflags"] + defaults["cflags_cc"])
    for target in targets(gyp, architecture):
        if target.get("type") == "static_library":
            line(target["target_name"], target.get("cflags", []), target["sources"])
        else:
            boundary = [source for source in target["sources"] if knows_javascript(path.parent / source)]
            line("core", [], [source for source in target["sources"] if source not in boundary])
            line("boundary", [], boundary)


main(pathlib.Path(sys.argv[1]), sys.argv[2])
