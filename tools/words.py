#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks that words which were swept out of the tree stay out of it.

usage: words.py [FOLDER]       FOLDER is the top of the tree (.)

Looked at are the comments of C files, the texts of those of modules/, the
names of their functions, and the whole of other files, in lower case and
without line breaks. docs/style.md has the rules that the words are of."""
import os
import pathlib
import re
import sys

# Which files are looked at.
COMMENTS = ["modules/**/*.[ch]", "tests/**/*.[ch]"]
WHOLE = ["*.md", "docs/*.md", "cfg/*.*", "cfg/recipe/*",
         "sipp-scenarios/*", "tests/*.*", "tests/*/*.py", "tests/*/*.mk",
         "tests/*/*.cfg", "tests/data/*.txt", "tests/mutate/*.txt",
         "Makefile", "modules/*/module.mk", "pytest.ini", "tools/[!w]*",
         "tools/man/*", "debian/*"]
# They hold the words.
LEFT_OUT = ["tests/module/test_words.py"]

# What no text says, but for the phrases in brackets, and what it says instead.
TEXT = [
    (r"\b(true|false|null|none|empty|zero|0|-1|verdict) where\b", "if"),
    (r"\bwhere (there (is|are|was|were)|memory|the arena|no|nothing"
     r"|both|several|possible|required|needed|given|missing|known)\b", "if"),
    (r"(?<!address )\bwhere (a|an|the|its|their|one|two|some|any|each) [\w-]+ "
     r"(has|have|had|says|say|fails|failed|cannot|wants|names)\b", "if"),
    (r"(?<!lags )(?<!left )(?<!leave )\bbehind\b(?! (nat|an? nat|an? proxy"
     r"|an? edge proxy|an? firewall|(the|an?|its|this|that|one|the same|the "
     r"other|the calling) (iwf|psi))\b)", "after, or of"),
    (r"(?<![:@])\b(?!(?<=[\"'])\w+[\"'])(nobody|somebody|anybody)\b(?!@)",
     "what it is: no peer, another user, the caller"),
    (r"\b(todo|fixme|xxx):", "an issue of the project"),
]
# What no function of a C file is called, and what is no part of its name.
NAMES = re.compile(r"^[a-z][\w \*]*?\b(in|row|told|(?:\w+_)?note"
                   r"|(?:\w+_)?(?:give(?!_up)|hang)(?:_\w+)?)\([^;]*$", re.M)


def flat(text):
    """A text in one line, without the signs that begin a comment's lines, and
    without the WHERE of SQL, which is no English."""
    text = re.sub(r"\bWHERE\b", "", text)
    return re.sub(r"\s*\n[ \t]*(\*(?!/)|#|//)?\s*", " ", text).lower()


def of_comments(path):
    """The comments of a C file, each with its line."""
    text = path.read_text()
    for comment in re.finditer(r"/\*.*?\*/|//[^\n]*", text, re.S):
        yield text.count("\n", 0, comment.start()) + 1, flat(comment.group())


def of_texts(path):
    """What a C file says to people, each text with its line."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*",
                  lambda m: re.sub(r"[^\n]", " ", m.group()),
                  path.read_text(), flags=re.S)
    for said in re.finditer(r'(?:"(?:[^"\\\n]|\\.)*"\s*)+', text):
        words = re.sub(r'"\s*"', "", said.group())
        yield text.count("\n", 0, said.start()) + 1, flat(words)


def of_paragraphs(path):
    """The paragraphs of a file, each with its line."""
    text = path.read_text()
    for part in re.finditer(r"(?:[^\n]+\n?)+", text):
        yield text.count("\n", 0, part.start()) + 1, flat(part.group())


def wrong_words(path, texts):
    """What some texts of a file may not say, a line each."""
    for line, text in texts:
        for pattern, instead in TEXT:
            for found in re.finditer(pattern, text):
                yield f'{path}:{line}: "{found.group()}": write {instead}'


def wrong_names(path):
    """The functions of a C file whose names say nothing, a line each."""
    text = path.read_text()
    for found in NAMES.finditer(text):
        line = text.count("\n", 0, found.start(1)) + 1
        yield f"{path}:{line}: {found.group(1)}(): say what it does"


def files_of(patterns):
    """The files of some patterns, each once."""
    return sorted({p for pattern in patterns
                   for p in pathlib.Path().glob(pattern)
                   if p.is_file() and str(p) not in LEFT_OUT})


def main(folder="."):
    """Prints what is wrong; the exit code."""
    os.chdir(folder)
    wrong = []
    for path in files_of(COMMENTS):
        wrong += wrong_words(path, of_comments(path))
        wrong += wrong_names(path)
        if path.parts[0] == "modules":
            wrong += wrong_words(path, of_texts(path))
    for path in files_of(WHOLE):
        wrong += wrong_words(path, of_paragraphs(path))
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
