#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks that the folders of modules/ include only what stands below them.

usage: floors.py [FOLDER]      FOLDER holds the modules (modules)

mclmr stands on floors. A file includes its own folder's headers as "x.h" and
those of lower floors as "mclmr/FOLDER/x.h"; folders of one floor do not
include each other. The Kamailio modules stand above: they include mclmr (but
for its command line), mc_common, and of each other only api.h. mc_iwf has floors
of its own, the lowest and the highest of them in its top folder. A header whose
first comment says that it is internal is for its own folder only; one that
neither another folder nor a header for other folders includes has to say so."""
import pathlib
import re
import sys

FLOORS = [["base"], ["sip", "crypto"], ["crypto/ifma"],
          ["directory", "binding", "sdp", "keys", "xcap"], ["decide", "media"], ["tool"]]
FLOOR_OF = {folder: n for n, floor in enumerate(FLOORS) for folder in floor}
IWF_LOWEST = ["config.h", "counters.h", "counters.c", "api.h"]
IWF_FLOORS = ["", "data", "message", "call"]
# Headers of the library that no folder here uses, and what they are for.
FOR_OTHERS = {
    "mclmr/keys/replay.h": "media endpoints, as tests/media is one",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.M)
INTERNAL = re.compile(r"\binternal\b", re.I)


def folder_of(path):
    """The module of a path below modules/, and the folder in it."""
    return path.parts[0], "/".join(path.parts[1:-1])


def is_internal(path):
    """True if the comment that says what a header is calls it internal."""
    comments = re.findall(r"/\*.*?\*/", path.read_text(), re.S)
    return any(INTERNAL.search(c) for c in comments[1:2])


def floor_of(path):
    """The floor of a file of mc_iwf."""
    if path.parent.name != "mc_iwf":
        return IWF_FLOORS.index(path.parent.name)
    return 0 if path.name in IWF_LOWEST else len(IWF_FLOORS)


def why_not(top, own, other):
    """What speaks against an include, None if nothing does."""
    module, folder = folder_of(own)
    module_below, below = folder_of(other)
    if not (top / other).exists():
        return "there is no such header"
    if (module, folder) == (module_below, below):
        return f'of its own folder: "{other.name}"'
    if is_internal(top / other):
        return "it is internal to its folder"
    if module == "mclmr":
        if module_below != "mclmr":
            return "the library knows no module"
        if FLOOR_OF[below] >= FLOOR_OF[folder]:
            return f"{below} is not below {folder}"
    elif module_below == "mclmr":
        if below == "tool":
            return "the command line is no library"
        if module == "mc_common" and below != "base":
            return "mc_common knows only mclmr/base"
    elif module == module_below == "mc_iwf":
        if floor_of(other) >= floor_of(own):
            return f"{other.parent.name} is not below {own.parent.name}"
    elif module_below not in (module, "mc_common") and other.name != "api.h":
        return "another module's insides"
    return None


def included(top, path):
    """The files of ours that a file includes, as paths below modules/."""
    for name in INCLUDE.findall(path.read_text()):
        if "/" not in name and (path.parent / name).exists():
            yield (path.parent / name).relative_to(top)
        elif (top / name).exists():
            yield pathlib.Path(name)


def unmarked(top, files):
    """The headers that only their folder uses and that do not say so. What a
    header for others includes is for others too."""
    of_header = {p.relative_to(top): set(included(top, p)) for p in files}
    found = {h for own, names in of_header.items() for h in names
             if folder_of(h) != folder_of(own)}
    public = set()
    while found - public:
        public |= found
        found = {h for own in public for h in of_header[own]}
    for path in sorted(of_header):
        if path.suffix == ".h" and path not in public \
                and folder_of(path) != ("mclmr", "tool") \
                and str(path) not in FOR_OTHERS \
                and not is_internal(top / path):
            yield f"{top / path}: only its folder uses it: say internal"


def wrong_includes(top, path):
    """The includes of a file that break a rule, with the rule."""
    own = path.relative_to(top)
    modules = {p.name for p in top.iterdir() if p.is_dir()}
    for name in INCLUDE.findall(path.read_text()):
        if (path.parent / name).exists() and "/" not in name:
            other = own.with_name(name)
            if own.parts[0] == "mc_iwf" and floor_of(other) > floor_of(own):
                yield f"{path}: includes {name}: it is not below"
            continue
        if name.split("/")[0] not in modules:
            continue
        why = why_not(top, own, pathlib.Path(name))
        if why:
            yield f"{path}: includes {name}: {why}"


def main(folder="modules"):
    """Prints what breaks the rules; the exit code."""
    top = pathlib.Path(folder)
    files = sorted(p for p in top.rglob("*.[ch]"))
    strays = [f"{p}: {folder_of(p.relative_to(top))[1]} is on no floor"
              for p in files if p.relative_to(top).parts[0] == "mclmr"
              and folder_of(p.relative_to(top))[1] not in FLOOR_OF]
    wrong = strays or [w for p in files for w in wrong_includes(top, p)]
    wrong = wrong or list(unmarked(top, files))
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
