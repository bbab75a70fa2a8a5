#!/usr/bin/env python3
"""Writes rows of the corpus: make_corpus.py FOLDER [ROW...], without rows all small ones.

The file `done` marks a complete set of small rows and holds the digest of these scripts: a set that another
version made is made anew.
"""
import argparse
import hashlib
import pathlib
import sys

HERE = pathlib.Path(__file__).parent


def digest():
    sources = sorted(HERE.glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def make_small(out):
    done = out / "done"
    if done.exists() and done.read_text() == digest():
        return
    done.unlink(missing_ok=True)
    import bad_models
    import onnx_models
    import torchscript_models

    from corpus_files import folder_of

    for name, make in (torchscript_models.ROWS | onnx_models.ROWS | bad_models.ROWS).items():
        make(folder_of(out, name))
    done.write_text(digest())


def make_rows(out, rows):
    import torchvision_networks

    from corpus_files import folder_of

    for name in rows:
        torchvision_networks.ROWS[name](folder_of(out, name))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path, help="where each row gets a folder of its name")
    parser.add_argument("rows", nargs="*", help="rows of the manifest, by name; without any: all small models")
    arguments = parser.parse_args()
    target = arguments.folder
    target.mkdir(parents=True, exist_ok=True)
    try:
        if arguments.rows:
            make_rows(target, arguments.rows)
        else:
            make_small(target)
    except ModuleNotFoundError as error:
        print(error)
        return 77  # CTest takes it for a skipped test
    return 0


if __name__ == "__main__":
    sys.exit(main())
